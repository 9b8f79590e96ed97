import { getJson, sendJson } from '../api/client.ts'
import { h } from './h.ts'

/** The rights of this browser, from `GET /access`. */
interface OwnAccess {
  readonly auth: 'open' | 'mtls'
  readonly role: 'anonymous' | 'device' | 'viewer' | 'admin'
  readonly name: string | null
  readonly expires_at: string | null
  readonly warnings: readonly string[]
}

export const ownAccess = (): Promise<OwnAccess> => getJson<OwnAccess>('/access')

const signInPath = '/ui/sign-in'

/** Shows the server's warnings above the content of a page, and a button to sign out in its head. */
export async function showAccess(main: HTMLElement): Promise<void> {
  const access = await ownAccess().catch(() => null)
  // When the server is unreachable, the state of the connection shows it.
  if (!access) return
  for (const warning of access.warnings)
    main.before(h('p', { class: 'server-warning', role: 'status' }, warning))
  if (access.auth === 'mtls') showSignIn(access)
}

function showSignIn({ role, name, expires_at: expiresAt }: OwnAccess): void {
  const isSignInPage = location.pathname === signInPath
  if (role === 'anonymous' && !isSignInPage)
    location.replace(`${signInPath}?next=${encodeURIComponent(location.pathname + location.search)}`)
  if (expiresAt === null) return
  const who = name ?? role
  document.querySelector('.top-end')?.prepend(
    ...(role === 'admin' ? [h('a', { class: 'top-docs', href: '/ui/access' }, 'Access')] : []),
    h(
      'button',
      {
        type: 'button',
        class: 'quiet',
        title: `Signed in as ${who} (${role}) until ${expiresAt}`,
        on: { click: signOut },
      },
      'Sign out',
    ),
  )
}

function signOut(): void {
  sendJson('POST', '/access/sign-out')
    .catch(() => undefined)
    .finally(() => location.replace(signInPath))
}
