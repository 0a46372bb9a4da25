import { providedRooms } from './provided-rooms.ts'

/** A web server of a test, on loopback. */
export interface TestServer {
  /** Without a slash at the end. */
  readonly url: string
  /** As `media.allowHosts` names it, `127.0.0.1:8080`: plugins reach loopback only where the settings let them. */
  readonly host: string
  close(): Promise<void>
}

/** Starts one, in the place of what a plugin talks to out there; close it when done. */
export async function createTestServer(
  answer: (request: Request) => Response | Promise<Response>,
): Promise<TestServer> {
  const fetch = async (request: Request) => answer(request)
  const { port, stop } = await providedRooms().runtime.serve({ host: '127.0.0.1', port: 0, fetch })
  const host = `127.0.0.1:${port}`
  return { url: `http://${host}`, host, close: () => stop(0) }
}
