import { join } from 'node:path'
import { createKeyedMutex } from '@pushav/shared/lib/keyed-mutex.ts'
import type { Logger } from '@pushav/shared/logger.ts'
import { ensureAdminCertificateWith } from './certificates/admin-certificate.ts'
import type { Hierarchy, KeyType, Pair } from './certificates/certificate.ts'
import { revokedIn } from './certificates/device-history.ts'
import { diskAdminFile } from './certificates/disk/admin-file.ts'
import { diskCertificateFiles } from './certificates/disk/certificate-files.ts'
import { diskDeviceJournal } from './certificates/disk/device-journal.ts'
import { type HandoverFacts, openHandoverFile, readHandover } from './certificates/disk/handover-file.ts'
import { openRoot } from './certificates/disk/open-root.ts'
import { diskRootFile } from './certificates/disk/replace-root.ts'
import { type ExportBundle, exportBundleWith } from './certificates/export-bundle.ts'
import {
  createHandoverAcknowledgements,
  type HandoverAcknowledgements,
} from './certificates/handover-acknowledgements.ts'
import { type IssueCertificate, issueCertificateWith } from './certificates/issue-certificate.ts'
import { type IssuedSince, issuedSinceWith } from './certificates/issued-since.ts'
import { endsSoon } from './certificates/leaf-policy.ts'
import { type ListCertificates, listCertificatesWith } from './certificates/list-certificates.ts'
import type { Authority, DeviceJournalEntry } from './certificates/ports.ts'
import { issueProfileWith } from './certificates/profiles/issue-profile.ts'
import { renewServerCertificateWith, type ServerNames } from './certificates/renew-server-certificate.ts'
import { revocationListWith, type ShowRevocationList } from './certificates/revocation-list.ts'
import { type RevokeCertificate, revokeCertificateWith } from './certificates/revoke-certificate.ts'
import { type ShowCertificates, showCertificatesWith } from './certificates/show-certificates.ts'
import { openAuthority } from './certificates/x509/authority.ts'
import { pkcs12Of } from './certificates/x509/pkcs12.ts'
import { x509Keys as keys } from './certificates/x509/private-keys.ts'
import { x509Reader as reader } from './certificates/x509/reader.ts'
import { createUnknownAuthority } from './certificates/x509/unknown-authority.ts'
import { createBoundedQueue } from './lib/bounded-queue.ts'
import { createFileMutex } from './lib/file-mutex.ts'
import { intermediateOf } from './open-intermediate.ts'
import { agreeOnProxySecret } from './shared-files/adapters/proxy-secret.ts'
import {
  bringCertificates,
  sharedCertificateFiles,
  sharedDeviceJournal,
} from './shared-files/adapters/shared-certificates.ts'
import { sharedRoots } from './shared-files/adapters/shared-roots.ts'
import type { SharedSecrets } from './shared-files/ports.ts'
import { testCertificatesOf } from './tls-tests/x509/test-certificates.ts'

interface CertificateSettings {
  readonly workingDirectory: string
  readonly handoverFile: string
  /** Called at each check, because a machine's addresses change. */
  readonly serverNames: () => ServerNames
  readonly log: Logger
  /** Further roots that client certificates may chain to, PEM; null for none. */
  readonly clientRoots: string | null
  /** Whether the proxy gets certificates for tests of TLS clients. */
  readonly hasTlsTests: boolean
  /** Whether there is an admin's certificate. */
  readonly hasAdmin: boolean
  /** Whether the proxy reports the secrets of TLS connections. */
  readonly reportsSecrets: boolean
  /** What all machines have in common; null where the working directory has it. */
  readonly shared: SharedSecrets | null
  readonly now: () => Date
  /** How long a revocation waits for the proxies: 3 s, unless a test says otherwise. */
  readonly acknowledgementWaitMs?: number
}

/** The CAs of a working directory, and all that is done with their certificates. */
export interface Certificates {
  readonly issue: IssueCertificate
  readonly show: ShowCertificates
  readonly revoke: RevokeCertificate
  readonly issuedSince: IssuedSince
  /** Where a file of this hierarchy is on the disk. */
  readonly pathOf: (hierarchy: Hierarchy, file: string) => string
  readonly list: ListCertificates
  readonly exportBundle: ExportBundle
  readonly showRevocationList: ShowRevocationList
  /** Serial number and fingerprint of the first certificate of a PEM text; empty where it cannot be read. */
  readonly identify: (certificate: string) => { readonly serial: string; readonly fingerprint: string }
  /** Whether the device CA issued the first certificate of a PEM text. */
  readonly hasIssued: (certificate: string) => boolean
  /** The admin's certificate and key, in one file. */
  readonly adminFile: string
  /** Roots that end within a month, in sentences. */
  readonly warnings: () => readonly string[]
  /** Every device certificate that was issued or revoked, oldest first. */
  readonly history: () => Promise<readonly DeviceJournalEntry[]>
  /** A proxy has reported the version of the handover file that it applies. */
  readonly onHandoverApplied: HandoverAcknowledgements['report']
  /** The proxy sends it with every request to prove that it is the proxy. */
  readonly secret: string
  /** Renews the server's certificate if it is due and updates the handover file; runs every hour. Never throws. */
  check(): Promise<void>
  close(): Promise<void>
}

const hourMs = 3_600_000
const maxWaitingKeys = 64
const maxWaitingBundles = 16

/** Opens both CAs, the server's certificate and the handover file for the proxy; makes what is missing. */
export async function openCertificates(settings: CertificateSettings): Promise<Certificates> {
  const {
    workingDirectory,
    serverNames,
    log,
    now,
    clientRoots,
    hasAdmin,
    reportsSecrets,
    hasTlsTests,
    acknowledgementWaitMs = 3_000,
    shared,
  } = settings
  const roots = shared && sharedRoots(shared.fresh)
  const [server, device] = await Promise.all([open('server'), open('device')])
  const { files, journal } = await openDeviceFiles(workingDirectory, shared)
  const locks = join(workingDirectory, 'certs')
  const runExclusively = shared?.runExclusively ?? createFileMutex(join(locks, '.device-'))
  const runPublication = createFileMutex(join(locks, '.handover-'))
  const intermediate = intermediateOf(workingDirectory, device, now, log, roots)
  const renewServerCertificate = renewServerCertificateWith({ authority: server, keys, reader, files })

  const handedOver = async () => (await readHandover(settings.handoverFile))?.tlsTests ?? {}
  const testCertificates = testCertificatesOf(server, handedOver, now, log)

  const handover = await runPublication('', async () =>
    openHandoverFile(
      settings.handoverFile,
      await handoverFacts(),
      shared && (await agreeOnProxySecret(shared.fresh)),
    ),
  )
  const { report, waitForAll } = createHandoverAcknowledgements(handover.version, now)
  const isAcknowledged = () => waitForAll(acknowledgementWaitMs)
  const runHere = createKeyedMutex()
  const publish = () =>
    runHere('handover', () =>
      runPublication('', async () => void (await handover.write(await handoverFacts()))),
    )
  const adminFile = diskAdminFile(workingDirectory)
  const rsaQueue = createBoundedQueue('RSA keys', maxWaitingKeys)
  const bundleQueue = createBoundedQueue('bundles', maxWaitingBundles)
  const ensureAdminCertificate = ensureAdminCertificateWith({
    authority: device,
    keys,
    reader,
    journal,
    file: adminFile,
    now,
  })
  await maintain()
  shared?.files.onChange(
    () => void publish().catch((error) => log.error({ error }, 'revocations are not handed over yet')),
  )
  const timer = setInterval(() => void check(), hourMs).unref()

  return {
    issue: issueCertificateWith({
      authority: device,
      keys: { ...keys, create: createKey },
      reader,
      files,
      journal,
      runExclusively,
      now,
      issueProfile: issueProfileWith({
        authority: device,
        reader,
        now,
        openIntermediate,
        createUnknown: () => createUnknownAuthority('device', now()),
      }),
    }),
    show: showCertificatesWith(files, reader),
    revoke: revokeCertificateWith({ files, reader, journal, runExclusively, now, publish, isAcknowledged }),
    issuedSince: issuedSinceWith({ journal, runExclusively, now, publish, isAcknowledged }),
    onHandoverApplied: report,
    pathOf: files.pathOf,
    list: listCertificatesWith(files, reader, journal),
    exportBundle: exportBundleWith(files, (...bundle) => bundleQueue(() => pkcs12Of(...bundle))),
    showRevocationList: revocationListWith(device, journal, now),
    hasIssued: (certificate) =>
      device.hasIssued(certificate) || (intermediate.authority()?.hasIssued(certificate) ?? false),
    identify(certificate) {
      const { serial = '', fingerprint = '' } = reader.describe(certificate) ?? {}
      return { serial, fingerprint }
    },
    adminFile: adminFile.path,
    warnings,
    history: journal.read,
    secret: handover.secret,
    check,
    async close() {
      clearInterval(timer)
      await runHere('handover', async () => undefined)
    },
  }

  /** A key of RSA takes a core for some tenths of a second, and a thread that uploads are written with. */
  function createKey(type: KeyType): Promise<string> {
    return type.startsWith('rsa') ? rsaQueue(() => keys.create(type)) : keys.create(type)
  }

  async function open(hierarchy: Hierarchy): Promise<Authority> {
    const create = () => createRoot(now())
    const { onDisk, pair } = await openRoot(hierarchy, create, { workingDirectory, roots, log })
    if (pair.certificate !== onDisk.certificate)
      await diskRootFile(workingDirectory, now).replace(hierarchy, pair.certificate)
    return openAuthority(hierarchy, pair, now())
  }

  async function handoverFacts(): Promise<HandoverFacts> {
    const names = serverNames()
    const { pair, reissued } = await renewServerCertificate(names, now())
    if (reissued) log.info({ reason: reissued }, 'server certificate issued')
    return {
      serverCertificate: pair.certificate,
      serverKey: pair.key,
      deviceRoots: `${await intermediate.trustAnchor()}${clientRoots ?? ''}`,
      revokedSerials: [...revokedIn(await journal.read())],
      keylog: reportsSecrets,
      ...(hasTlsTests ? { tlsTests: await testCertificates(names) } : {}),
    }
  }

  /** The proxies are to accept its leaves before a device shows one. */
  async function openIntermediate(): Promise<Authority> {
    const wasOpen = intermediate.authority() !== null
    const authority = await intermediate.open()
    if (wasOpen) return authority
    await publish()
    await isAcknowledged()
    return authority
  }

  async function maintain(): Promise<void> {
    if (hasAdmin && (await runPublication('', ensureAdminCertificate)))
      log.info({ file: adminFile.path }, 'admin certificate issued')
    for (const warning of warnings()) log.warn(warning)
  }

  function warnings(): readonly string[] {
    return [server, device]
      .filter(({ notAfter }) => endsSoon(notAfter, now()))
      .map(
        ({ hierarchy, notAfter }) =>
          `The ${hierarchy} root ends at ${notAfter.toISOString()}; stop the server and run it once with ` +
          '--renew-roots, which gives it twenty more years with the same key.',
      )
  }

  /** A failure is retried an hour later; renewal begins when a third of the certificate's life is left. */
  async function check(): Promise<void> {
    await publish().catch((error) => log.error({ error }, 'server certificate could not be checked'))
    await maintain().catch((error) => log.error({ error }, 'admin certificate could not be checked'))
  }
}

/** Loaded only here: the libraries that make a root take time that no later start pays. */
async function createRoot(now: Date): Promise<Pair> {
  const root = await import('./certificates/x509/root.ts')
  return root.createRoot(now)
}

/** Certificates of devices and the journal of them: of this folder, or of all machines. */
async function openDeviceFiles(workingDirectory: string, shared: SharedSecrets | null) {
  const files = diskCertificateFiles(workingDirectory)
  const journal = await diskDeviceJournal(files.pathOf('device', 'journal.ndjson'))
  if (!shared) return { files, journal }
  const ofAll = sharedDeviceJournal(shared.files)
  await bringCertificates(shared.files, files, await journal.read(), ofAll)
  return { files: sharedCertificateFiles(shared.files, files), journal: ofAll }
}
