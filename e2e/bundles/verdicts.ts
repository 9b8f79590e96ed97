import '../dash-if-common.test.ts'
import '../dash-if-decisions.test.ts'
import '../dash-if-findings.test.ts'
import '../dash-if-interface-2.test.ts'
import '../dash-if-long-request.test.ts'
import '../findings.test.ts'
import '../findings-differences.test.ts'
// Kills ingest.
import '../dash-if-interface-1.test.ts'
