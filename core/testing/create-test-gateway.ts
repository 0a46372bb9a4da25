import { providedRooms } from './provided-rooms.ts'
import { openTestGateway, type TestGateway, type TestGatewayOptions } from './test-gateway.ts'

/** Starts a whole gateway on loopback with these plugins and a simulated Google behind it; close it when done. */
export async function createTestGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  return openTestGateway(providedRooms(), options)
}
