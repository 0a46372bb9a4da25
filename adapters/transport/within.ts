/** `promise`, or a rejection after so many milliseconds; what comes too late goes to `drop`. */
export function within<T>(milliseconds: number, promise: Promise<T>, drop: (late: T) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      reject(new Error(`no connection within ${milliseconds / 1000} s`))
    }, milliseconds)
    promise
      .then((value) => (isLate ? drop(value) : resolve(value)), reject)
      .finally(() => clearTimeout(timer))
  })
}
