import { watch } from 'node:fs'

const quietMs = 200

/**
 * Calls `onChange` once for changes of TypeScript files below some folders, when no further change has followed for
 * 200 ms. Changes of tests do not count. Disposal stops watching.
 */
export function watchSources(folders: readonly string[], onChange: () => void): Disposable {
  let timer: NodeJS.Timeout | undefined
  const watchers = folders.map((folder) =>
    watch(folder, { recursive: true }, (_event, file) => {
      if (file === null || !isSource(file)) return
      clearTimeout(timer)
      timer = setTimeout(onChange, quietMs)
    }),
  )
  return {
    [Symbol.dispose]() {
      clearTimeout(timer)
      for (const watcher of watchers) watcher.close()
    },
  }
}

const isSource = (file: string): boolean =>
  file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.split('/').includes('testing')
