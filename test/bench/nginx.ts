import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../free-port.ts'
import { STREAM, WHOLE } from './answers.ts'
import { type Child, startSilent } from './child.ts'

/** The upstream: nginx that answers `generateContent` and `streamGenerateContent` from two files, the stream in chunks. */
export async function startUpstream(folder: string): Promise<Child> {
  await mkdir(join(folder, 'answers'), { recursive: true })
  await writeFile(join(folder, 'answers/whole'), WHOLE)
  await writeFile(join(folder, 'answers/stream'), STREAM)
  // A static file refuses POST with 405, which is then answered with the file; ssi keeps the length back.
  return startNginx(
    folder,
    'upstream',
    (port) => `
    server {
      listen 127.0.0.1:${port};
      root ${folder}/answers;
      location / { return 404; }
      location ~ :generateContent$ { rewrite ^ /whole last; }
      location ~ :streamGenerateContent$ { rewrite ^ /stream last; }
      location = /whole { default_type 'application/json; charset=UTF-8'; error_page 405 =200 /whole; }
      location = /stream { default_type text/event-stream; ssi on; ssi_types *; error_page 405 =200 /stream; }
    }`,
  )
}

/** nginx as a plain proxy in front of the upstream. */
export async function startPlainProxy(folder: string, upstreamUrl: string): Promise<Child> {
  return startNginx(
    folder,
    'proxy',
    (port) => `
    upstream google { server ${new URL(upstreamUrl).host}; keepalive 128; keepalive_requests 100000000; }
    server {
      listen 127.0.0.1:${port};
      location / {
        proxy_pass http://google;
        proxy_http_version 1.1;
        proxy_set_header Connection '';
        proxy_buffering off;
      }
    }`,
  )
}

/** nginx as a proxy that gives up when it has read nothing for so many seconds, and otherwise as it comes. */
export async function startImpatientProxy(
  folder: string,
  upstreamUrl: string,
  readSeconds: number,
): Promise<Child> {
  return startNginx(
    folder,
    'impatient',
    (port) => `
    server {
      listen 127.0.0.1:${port};
      location / {
        proxy_pass ${upstreamUrl};
        proxy_http_version 1.1;
        proxy_read_timeout ${readSeconds}s;
      }
    }`,
  )
}

async function startNginx(folder: string, name: string, serverOn: (port: number) => string): Promise<Child> {
  const port = await freePort()
  const file = join(folder, `${name}.conf`)
  await writeFile(file, toConfig(folder, name, serverOn(port)))
  return startSilent(['nginx', '-c', file, '-p', folder, '-e', 'stderr'], folder, port)
}

/** One process, so that its processor time is all of it. */
function toConfig(folder: string, name: string, server: string): string {
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `
  daemon off;
  master_process off;
  worker_processes 1;
  pid ${folder}/${name}.pid;
  error_log stderr error;
  events { worker_connections 2048; }
  http {
    access_log off;
    keepalive_requests 100000000;
    ${places.map((place) => `${place}_temp_path ${folder}/${name}-${place};`).join('\n    ')}
    ${server}
  }\n`
}
