import type { Gateway } from '../plugin.ts'

/** A gateway to give to plugins, which are set up before there is one; until it is bound every use of it throws. */
export function createLateGateway() {
  let bound: Gateway | undefined
  const get = () => {
    if (!bound) throw new Error('The gateway has not started yet')
    return bound
  }
  const gateway: Gateway = {
    answer: (request, target) => get().answer(request, target),
    convert: (request, convert) => get().convert(request, convert),
    relay: (request, target) => get().relay(request, target),
    clientOf: (request) => get().clientOf(request),
    list: (request, target, listing) => get().list(request, target, listing),
    upload: (request, target) => get().upload(request, target),
    compose: (request, operation, run) => get().compose(request, operation, run),
    call: (call, native) => get().call(call, native),
    refuse: (request, error) => get().refuse(request, error),
    live: (request, target) => get().live(request, target),
    models: () => get().models(),
  }
  return {
    gateway,
    bind(real: Gateway) {
      bound = real
    },
  }
}
