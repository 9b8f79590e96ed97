/**
 * The options of a program. When `read` returns null, prints the help and exits. When `read` throws, prints the reason
 * and the help, and exits with status 2.
 */
export function optionsOrExit<Options>(read: () => Options | null, help: string): Options {
  try {
    const options = read()
    if (options) return options
    process.stdout.write(help)
    process.exit(0)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n${help}`)
    process.exit(2)
  }
}
