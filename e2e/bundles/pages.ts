// Begins on an empty server.
import '../ui/live-view.test.ts'

import '../ui/connect.test.ts'
import '../ui/faults-page.test.ts'
import '../ui/hostile-names.test.ts'
import '../ui/play.test.ts'
import '../ui/refused-devices.test.ts'
import '../ui/sealed.test.ts'
