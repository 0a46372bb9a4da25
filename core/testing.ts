import type { Rooms } from './rooms.ts'
import { openTestGateway, type TestGateway, type TestGatewayOptions } from './testing/test-gateway.ts'

/** What a plugin's tests import, as `geminate/testing`. `geminate plugin test` runs them. */
export { type CodecCase, type CodecSuite, codecContract, eventsOf } from './testing/codec-contract.ts'
export type { ContractCase } from './testing/contract-case.ts'
export { type ImageBedSuite, imageBedContract } from './testing/image-bed-contract.ts'
export { keyStrategyContract, spreadingContract } from './testing/key-strategy-contract.ts'
export type { TestGateway, TestGatewayOptions, TestPlugin, TestRequest } from './testing/test-gateway.ts'
export { contract, test } from './testing/test-list.ts'

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
