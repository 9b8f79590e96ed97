import { shellWord } from '../dom/format.ts'
import { type Client, originOf, type Target, urlOf } from './target.ts'

/** A shell variable; while it is not set, a line with it prints an error and runs nothing. */
const variable = (name: string): string => `\${${name}:?not set}`

/** Lines for chip-tool, the Matter SDK's controller, that make a camera push to the stream. */
export function matterController(target: Target): Client {
  const { host, port, interface: kind, root } = target
  const cmafInterface = { 'cmaf-ingest': 0, dash: 1, hls: 2 }[kind] ?? 0
  const transport = JSON.stringify({
    streamUsage: 1,
    videoStreams: [{ videoStreamName: 'video', videoStreamID: 1 }],
    audioStreams: [{ audioStreamName: 'audio', audioStreamID: 2 }],
    TLSEndpointID: 1,
    url: `${urlOf(target)}/`,
    triggerOptions: { triggerType: 0, maxPreRollLen: 4000 },
    ingestMethod: 0,
    containerOptions: {
      containerType: 0,
      CMAFContainerOptions: {
        CMAFInterface: cmafInterface,
        segmentDuration: 4000,
        chunkDuration: 2000,
        sessionGroup: 1,
        trackName: 'media',
      },
    },
  })
  return {
    id: 'matter',
    label: 'Matter controller',
    note: 'The order of the arguments is that of the SDK’s chip-tool; these lines were not run here. Node 1, camera on endpoint 1, TLS clusters on endpoint 0. Set what a comment names from the response before you paste the next lines: CAID=1, CSR in hex. The clock of the camera has to be set.',
    blocks: [
      `ROOT=$(openssl x509 -in ${shellWord(root)} -outform DER | xxd -p | tr -d '\\n')`,
      `chip-tool pairing onnetwork 1 20202021`,
      `chip-tool cameraavstreammanagement video-stream-allocate 1 0 30 30 '{"width":640,"height":480}' '{"width":640,"height":480}' 10000 10000 4000 1 1 --WatermarkEnabled 1 --OSDEnabled 1\nchip-tool cameraavstreammanagement audio-stream-allocate 1 0 2 48000 96000 16 1 1`,
      `chip-tool tlscertificatemanagement provision-root-certificate hex:${variable('ROOT')} null 1 0 --allow-large-payload 1     # → CAID\nchip-tool tlscertificatemanagement client-csr hex:$(openssl rand -hex 32) null 1 0 --allow-large-payload 1     # → CCDID, CSR`,
      `echo ${variable('CSR')} | xxd -r -p | curl --cacert ${shellWord(root)} -H 'content-type: application/pkcs10' --data-binary @- ${shellWord(`${originOf({ host, port })}/certs/DUT/sign`)}\nLEAF=$(curl --cacert ${shellWord(root)} ${shellWord(`${originOf({ host, port })}/certs/device/DUT.pem?format=der`)} | xxd -p | tr -d '\\n')`,
      `chip-tool tlscertificatemanagement provision-client-certificate ${variable('CCDID')} hex:${variable('LEAF')} '[]' 1 0 --allow-large-payload 1\nchip-tool tlsclientmanagement provision-endpoint ${host} ${port} ${variable('CAID')} ${variable('CCDID')} null 1 0 --allow-large-payload 1     # → TLSEndpointID`,
      `chip-tool pushavstreamtransport allocate-push-transport '${transport}' 1 1 --allow-large-payload 1     # → ConnectionID`,
      `chip-tool pushavstreamtransport set-transport-status ${variable('ConnectionID')} 0 1 1\nchip-tool pushavstreamtransport manually-trigger-transport ${variable('ConnectionID')} 0 1 1 --TimeControl '{"initialDuration":30,"augmentationDuration":10,"maxDuration":120,"blindDuration":1}'`,
    ],
  }
}
