/** What a plugin's tests import, as `geminate/testing`. `geminate plugin test` runs them. */
export { type CodecCase, type CodecSuite, codecContract, eventsOf } from './testing/codec-contract.ts'
export type { ContractCase } from './testing/contract-case.ts'
export { createTestGateway } from './testing/create-test-gateway.ts'
export { type ImageBedSuite, imageBedContract } from './testing/image-bed-contract.ts'
export { keyStrategyContract, spreadingContract } from './testing/key-strategy-contract.ts'
export type { TestGateway, TestGatewayOptions, TestPlugin, TestRequest } from './testing/test-gateway.ts'
export { contract, test } from './testing/test-list.ts'
