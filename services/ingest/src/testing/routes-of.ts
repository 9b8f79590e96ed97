import type { Router } from 'express'

interface Layer {
  readonly handle: unknown
  readonly route?: { readonly path: string | readonly string[]; readonly methods?: Record<string, boolean> }
}

/** The routes of an app and of the routers in it, such as `GET /streams/:id`, sorted. */
export function routesOf(app: { readonly router: Router }): string[] {
  return [...new Set(routesIn(app.router))].sort()
}

function routesIn(router: Router): string[] {
  // express's types know less of a layer than it has.
  const layers = router.stack as unknown as readonly Layer[]
  return layers.flatMap(({ route, handle }) => {
    if (route)
      return Object.keys(route.methods ?? {}).map((method) => `${method.toUpperCase()} ${route.path}`)
    return isRouter(handle) ? routesIn(handle) : []
  })
}

const isRouter = (handle: unknown): handle is Router =>
  typeof handle === 'function' && 'stack' in handle && Array.isArray(handle.stack)
