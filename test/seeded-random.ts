export { below, seededRandom } from '../core/testing/seeded-random.ts'
