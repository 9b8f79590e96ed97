import '../content-coding.test.ts'
import '../hostile.test.ts'
