import { userInfo } from 'node:os'
import type { ServerFiles } from '../certificates.ts'

/** A complete configuration around a server. nginx writes only below the prefix. */
export const nginxConfig = (prefix: string, server: string): string => `
${userInfo().uid === 0 ? 'user root;' : ''}
daemon off;
worker_processes 1;
pid ${prefix}/pid;
error_log stderr error;
events { worker_connections 8192; }
http {
  access_log off;
  client_body_temp_path ${prefix}/body;
  proxy_temp_path ${prefix}/proxy;
  fastcgi_temp_path ${prefix}/fastcgi;
  uwsgi_temp_path ${prefix}/uwsgi;
  scgi_temp_path ${prefix}/scgi;
  client_max_body_size 0;
  keepalive_requests 1000000000;
  ${server}
}
`

const tls = (port: number, { cert, key, clientCa }: ServerFiles) => `
    listen 127.0.0.1:${port} ssl http2;
    ssl_certificate ${cert};
    ssl_certificate_key ${key};
    ssl_client_certificate ${clientCa};
    ssl_verify_client on;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache shared:bench:10m;`

const store = (files: string) => `
    root ${files};
    dav_methods PUT DELETE;
    create_full_put_path on;`

export const tlsStore = (port: number, certificates: ServerFiles, files: string): string =>
  `server {${tls(port, certificates)}${store(files)}\n  }`

export const plainStore = (port: number, files: string): string =>
  `server {\n    listen 127.0.0.1:${port};${store(files)}\n  }`

/** A server that forwards bodies as they arrive. */
export const tlsProxy = (port: number, behind: number, certificates: ServerFiles): string => `
  upstream store { server 127.0.0.1:${behind}; keepalive 256; keepalive_requests 1000000000; }
  server {${tls(port, certificates)}
    location / {
      proxy_pass http://store;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header X-Fingerprint $ssl_client_fingerprint;
      proxy_request_buffering off;
    }
  }`
