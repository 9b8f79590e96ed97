/** What the person who starts a server with AUTH=mtls needs in order to get in. */
export interface AccessReport {
  /** The file with the admin's certificate and key, PEM. */
  readonly adminFile: string
  readonly enrolmentToken: string
  readonly signInToken: string
}

/** What a process tells its supervisor when it is ready. */
export interface ReadyReport {
  readonly port?: number
  /** The port that asks for no client certificate; null when there is none. */
  readonly uiPort?: number | null
  /** Null where each client may do everything. */
  readonly access?: AccessReport | null
}

/** Sends the supervisor, if it opened an IPC channel, the message that this process is ready. */
export function reportReady(report: ReadyReport = {}): void {
  if (process.connected) process.send?.({ ready: true, ...report })
}
