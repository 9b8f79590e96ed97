/**
 * The options of a program. Where `read` returns null, the program prints its help and exits; where it throws, it exits with status 2
 * after the reason and the help.
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
