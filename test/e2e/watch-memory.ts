import { readFileSync } from 'node:fs'
import type { Scene } from './scene.ts'

/** How much memory the gateway's process takes more than at the beginning, at its most, in MB. */
export function watchMemory({ gateway }: Scene) {
  const now = () =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${gateway.pid}/status`, 'utf8'))?.[1]) / 1024
  const begun = now()
  let most = begun
  const timer = setInterval(() => {
    most = Math.max(most, now())
  }, 50)
  return {
    end() {
      clearInterval(timer)
      return Math.round(most - begun)
    },
  }
}
