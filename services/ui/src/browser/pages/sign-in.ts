import { sendJson, sentenceOf } from '../api/client.ts'
import { startPage } from '../dom/frame.ts'
import { fill, h } from '../dom/h.ts'
import { ownAccess } from '../dom/show-access.ts'

const main = startPage('Sign in')
const token = h('input', {
  type: 'text',
  name: 'token',
  required: true,
  autocomplete: 'one-time-code',
  spellcheck: false,
  maxlength: '200',
})
const problem = h('p', { class: 'error-text', role: 'alert' })
fill(
  main,
  h('h1', {}, 'Sign in'),
  h(
    'p',
    {},
    'This server shows streams only to those it knows. It printed a token at its start; an admin can make further ones.',
  ),
  h(
    'form',
    { on: { submit: (event) => void signIn(event) } },
    h('label', { class: 'field' }, 'Token', token),
    problem,
    h('p', {}, h('button', { type: 'submit', class: 'primary' }, 'Sign in')),
  ),
)
token.focus()
void skipWhereSignedIn()

async function signIn(event: Event): Promise<void> {
  event.preventDefault()
  try {
    await sendJson('POST', '/access/sign-in', { token: token.value.trim() })
    location.replace(nextPage())
  } catch (error) {
    problem.textContent = sentenceOf(error)
  }
}

/** Goes on if this browser has signed in: it sends no cookie when it follows a link from another site to this page. */
async function skipWhereSignedIn(): Promise<void> {
  const access = await ownAccess().catch(() => null)
  if (access && access.role !== 'anonymous') location.replace(nextPage())
}

/** The page to go to next. It must be a page of this server, because another site may have written the URL. */
function nextPage(): string {
  const next = new URLSearchParams(location.search).get('next') ?? ''
  return /^\/ui\/(?!sign-in)[\w/.?=&%~:;,@+-]*$/.test(next) ? next : '/ui/streams'
}
