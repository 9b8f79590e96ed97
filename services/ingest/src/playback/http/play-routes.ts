import { playQuery, segmentQuery } from '@pushav/shared/api/playback.ts'
import { type Request, type Response, Router } from 'express'
import { sendBody } from '../../http/bodies/send-body.ts'
import { parseLooseQuery } from '../../http/parse-request.ts'
import { Refusal } from '../../lib/refusal.ts'
import { deviceBytesPolicy } from '../../streams/http/device-bytes-policy.ts'
import type { UploadStore } from '../../uploads/ports.ts'
import type { Manifest, Playback } from '../read-playback.ts'

interface PlayRoutesDeps {
  readonly playback: Playback
  readonly store: Pick<UploadStore, 'locate'>
}

type SessionParams = { id: string; session: string }
type TrackParams = SessionParams & { track: string }

/** Manifests of our own, and the media that they name. */
export function playRoutes({ playback, store }: PlayRoutesDeps): Router {
  const router = Router()
  router.get('/play/:id/:session/manifest.mpd', async (request: Request<SessionParams>, response) => {
    const { window } = parseLooseQuery(playQuery, request.query)
    sendManifest(response, 'application/dash+xml', await playback.mpd(nameOf(request), window))
  })
  router.get('/play/:id/:session/main.m3u8', async (request: Request<SessionParams>, response) => {
    sendManifest(response, playlistType, await playback.multivariant(nameOf(request)))
  })
  router.get('/play/:id/:session/:track/media.m3u8', async (request: Request<TrackParams>, response) => {
    const { track } = request.params
    sendManifest(response, playlistType, await playback.mediaPlaylist(nameOf(request), track))
  })
  router.get(
    '/play/:id/:session/:track/:init/init.mp4',
    async (request: Request<TrackParams & { init: string }>, response) => {
      const { id, init } = request.params
      await playback.assertInit(id, init)
      await sendUpload(response, id, init)
    },
  )
  router.get(
    '/play/:id/:session/:track/:time.m4s',
    async (request: Request<TrackParams & { time: string }>, response) => {
      const { id, track, time } = request.params
      if (!/^\d{1,16}$/.test(time)) throw new Refusal('object-unknown', 'name a segment by its decode time')
      const { shift = 0 } = parseLooseQuery(segmentQuery, request.query)
      const { upload } = await playback.segment(nameOf(request), track, Number(time) + shift)
      await sendUpload(response, id, upload)
    },
  )
  return router

  async function sendUpload(response: Response, stream: string, upload: string): Promise<void> {
    const body = await store.locate(stream, upload)
    const headers = { ...playHeaders, 'Content-Type': 'video/mp4', ETag: `"${upload}"` }
    return new Promise((resolve, reject) => {
      sendBody(response, body, headers, (error) => {
        if (error && !response.headersSent) reject(error)
        else resolve()
      })
    })
  }
}

const playlistType = 'application/vnd.apple.mpegurl'

/** A cache asks each time: a segment may be sent again, a manifest grows. */
const playHeaders = {
  'Cache-Control': 'no-cache',
  'Content-Security-Policy': deviceBytesPolicy,
  'X-Content-Type-Options': 'nosniff',
}

const nameOf = ({ params: { id, session } }: Request<SessionParams>) => ({ stream: id, session })

function sendManifest(response: Response, type: string, { text, etag }: Manifest): void {
  response.set({ ...playHeaders, 'Content-Type': type, ETag: etag })
  if (response.req.fresh) return void response.status(304).end()
  response.send(text)
}
