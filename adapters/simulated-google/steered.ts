import type { SimulatedBehaviour, SimulatedGoogleServer } from '../../core/rooms.ts'
import { type Behaviour, isBehaviourKind } from './behaviours.ts'
import { type SimulatedGoogleOptions, startSimulatedGoogle } from './index.ts'

/** The simulated Google for those who know none of its behaviours by their types; `script` throws for one that it does not have. */
export async function startSteeredGoogle(options: SimulatedGoogleOptions): Promise<SimulatedGoogleServer> {
  const google = await startSimulatedGoogle(options)
  return {
    ...google,
    script: (key, behaviours) => google.script(key, [behaviours].flat().map(toBehaviour)),
  }
}

function toBehaviour(behaviour: SimulatedBehaviour): Behaviour {
  if (isBehaviourKind(behaviour.kind)) return behaviour as unknown as Behaviour
  throw new TypeError(`The simulated Google has no behaviour "${behaviour.kind}"`)
}
