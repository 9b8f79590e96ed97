import { type ParseArgsConfig, parseArgs } from 'node:util'
import { UsageError } from './camera-error.ts'

/** Node's `parseArgs`. Throws a UsageError with the first line of its message. */
export function parseFlags<const Config extends ParseArgsConfig>(
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config)
  } catch (error) {
    const [sentence = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
    throw new UsageError(sentence)
  }
}

/** The value of `--url`, an https URL without query and fragment. Throws a UsageError that says what is wrong. */
export function parseTargetUrl(text: string | undefined): URL {
  if (!text) throw new UsageError('--url is missing')
  const url = URL.parse(text)
  if (url?.protocol !== 'https:') throw new UsageError(`--url must begin with https://, not ${text}`)
  if (url.search || url.hash) throw new UsageError('--url has no ? and no #')
  return url
}
