import type { AuthMode } from '@pushav/shared/api/access.ts'
import type { AccessReport } from '@pushav/shared/process/ready-report.ts'
import type { Tokens } from './tokens.ts'

const lifeMs = 86_400_000

/** Tokens for the first device and the first browser, good for a day; null where no client needs one. */
export async function makeStartTokens(
  auth: AuthMode,
  tokens: Pick<Tokens, 'make'>,
  adminFile: string,
): Promise<AccessReport | null> {
  if (auth === 'open') return null
  const settings = { name: null, role: 'admin', uses: 1, lifeMs } as const
  const enrolment = await tokens.make({ ...settings, purpose: 'enrolment' })
  const signIn = await tokens.make({ ...settings, purpose: 'sign-in' })
  return { adminFile, enrolmentToken: enrolment.text, signInToken: signIn.text }
}
