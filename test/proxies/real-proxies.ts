import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import tls from 'node:tls'
import { freePort } from '../free-port.ts'
import { pem } from './certificates.ts'

/** A proxy server that other people wrote, in a process of its own. */
export interface RealProxy {
  readonly port: number
  stop(): Promise<void>
}

export interface Credentials {
  readonly user: string
  readonly password: string
}

/**
 * A sentence to skip with where tinyproxy or microsocks is not installed; `false` where both are. Never skips
 * where `CI` is true: the tests fail there instead.
 */
export function missingProxies(): string | false {
  const missing = ['tinyproxy', 'microsocks'].filter((program) => spawnSync(program, ['-h']).error)
  if (missing.length === 0 || process.env.CI === 'true') return false
  return `This machine has no ${missing.join(' and no ')}; on Debian: apt-get install tinyproxy microsocks`
}

/** An HTTP proxy. */
export async function startTinyproxy(credentials?: Credentials): Promise<RealProxy> {
  const port = await freePort()
  const folder = await mkdtemp(join(tmpdir(), 'geminate-tinyproxy-'))
  const lines = [`Port ${port}`, 'Listen 127.0.0.1', 'Timeout 60', 'Allow 127.0.0.1', 'MaxClients 1000']
  if (credentials) lines.push(`BasicAuth ${credentials.user} ${credentials.password}`)
  await writeFile(join(folder, 'tinyproxy.conf'), `${lines.join('\n')}\n`)
  const child = spawn('tinyproxy', ['-d', '-c', join(folder, 'tinyproxy.conf')], { stdio: 'ignore' })
  const stop = async () => {
    await end(child)
    await rm(folder, { recursive: true, force: true })
  }
  await listening(child, port)
  return { port, stop }
}

/** An HTTP proxy that is spoken to by TLS, as `localhost`. */
export async function startTlsTinyproxy(credentials?: Credentials): Promise<RealProxy> {
  const proxy = await startTinyproxy(credentials)
  const front = tls.createServer({ cert: pem('server'), key: pem('server-key') }, (near) => {
    const far = connect(proxy.port, '127.0.0.1')
    near.pipe(far).pipe(near)
    near.on('error', () => far.destroy())
    far.on('error', () => near.destroy())
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
  })
  front.listen(0, '127.0.0.1')
  await once(front, 'listening')
  const stop = async () => {
    front.close()
    await proxy.stop()
  }
  return { port: (front.address() as AddressInfo).port, stop }
}

/** A SOCKS5 proxy. */
export async function startMicrosocks(credentials?: Credentials): Promise<RealProxy> {
  const port = await freePort()
  const args = ['-i', '127.0.0.1', '-p', String(port)]
  if (credentials) args.push('-u', credentials.user, '-P', credentials.password)
  const child = spawn('microsocks', args, { stdio: 'ignore' })
  await listening(child, port)
  return { port, stop: () => end(child) }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

async function listening(child: ChildProcess, port: number): Promise<void> {
  let failure: Error | undefined
  child.once('error', (error) => {
    failure = error
  })
  for (let look = 0; look < 200; look++) {
    if (failure) throw failure
    if (await isOpen(port)) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error(`${child.spawnfile} does not listen on ${port}`)
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
