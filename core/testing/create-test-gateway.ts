import type { Rooms } from '../rooms.ts'
import { openTestGateway, type TestGateway, type TestGatewayOptions } from './test-gateway.ts'

let rooms: Rooms | undefined

/** Starts a whole gateway on loopback with these plugins and a simulated Google behind it; close it when done. */
export async function createTestGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  if (!rooms) throw new Error('A test gateway runs in the program: run the tests by "geminate plugin test"')
  return openTestGateway(rooms, options)
}

/** Tells the kit where it runs; the program does, once. */
export function provideRooms(provided: Rooms): void {
  rooms = provided
}
