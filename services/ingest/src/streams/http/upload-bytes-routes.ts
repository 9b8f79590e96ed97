import { basename, dirname } from 'node:path'
import { type NextFunction, type Request, type Response, Router } from 'express'
import { Refusal } from '../../lib/refusal.ts'
import type { UploadStore } from '../../uploads/ports.ts'
import type { Streams } from '../streams.ts'

type Named = Request<{ id: string; upload: string }>

/** An upload's bytes by its id alone, for probe workers on other machines: the disk answers, whatever the index knows. */
export function uploadBytesRoutes(streams: Streams, store: Pick<UploadStore, 'fileOf'>): Router {
  const router = Router()
  router.get('/uploads/:id/:upload', answerBody)
  return router

  async function answerBody(request: Named, response: Response, next: NextFunction): Promise<void> {
    const { id, upload } = request.params
    await streams.assertExists(id)
    if (!/^\w[\w.-]*$/.test(upload)) throw unknown(id, upload)
    const file = store.fileOf(id, upload)
    const headers = { ETag: `"${upload}"`, 'Content-Type': 'application/octet-stream' }
    const options = { root: dirname(file), dotfiles: 'allow', headers } as const
    response.sendFile(basename(file), options, (error: Failure | undefined) => {
      if (error && !isLeft(error)) next(isMissing(error) ? unknown(id, upload) : error)
    })
  }
}

const unknown = (stream: string, upload: string): Refusal =>
  new Refusal('object-unknown', `stream ${stream} has no upload ${upload}`)

type Failure = Error & { readonly status?: unknown; readonly code?: unknown; readonly syscall?: unknown }

const isMissing = ({ status }: Failure): boolean => status === 404

/** Whoever asked has gone. */
const isLeft = ({ code, syscall }: Failure): boolean => code === 'ECONNABORTED' || syscall === 'write'
