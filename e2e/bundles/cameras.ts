import '../compare.test.ts'
import '../faults.test.ts'
import '../replay.test.ts'
import '../report-of-real-clients.test.ts'
// Kills the proxy.
import '../camera.test.ts'
