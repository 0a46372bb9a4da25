import { post } from './first-event.ts'
import { startGeminate } from './geminate.ts'
import { medianOf } from './median.ts'
import { NATIVE_SHAPES } from './shapes.ts'

/** The median time from the start of the process to its first answered call, in milliseconds. */
export async function timeToFirstCall(folder: string, upstreamUrl: string, starts: number): Promise<number> {
  const times: number[] = []
  for (let start = 0; start < starts; start++) {
    const begun = performance.now()
    const geminate = await startGeminate(folder, upstreamUrl)
    await (await post(geminate.url, NATIVE_SHAPES[0])).bytes()
    times.push(performance.now() - begun)
    await geminate.stop()
  }
  return medianOf(times)
}
