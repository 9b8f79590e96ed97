/** What the user who starts a server with AUTH=mtls for the first time needs to sign in. */
export interface AccessReport {
  /** The file with the admin's certificate and key, PEM. */
  readonly adminFile: string
  readonly enrolmentToken: string
  readonly signInToken: string
}

/** The report of a process to its supervisor when it is ready. */
export interface ReadyReport {
  readonly port?: number
  /** The port that asks for no client certificate; null when there is none. */
  readonly uiPort?: number | null
  /** Null with AUTH=open. */
  readonly access?: AccessReport | null
}

/** Reports to the supervisor, if it has opened an IPC channel, that this process is ready. */
export function reportReady(report: ReadyReport = {}): void {
  if (process.connected) process.send?.({ ready: true, ...report })
}
