import type { Rooms } from '../rooms.ts'

let rooms: Rooms | undefined

/** Tells the kit where it runs; the program does, once. */
export function provideRooms(provided: Rooms): void {
  rooms = provided
}

/** Where the kit runs; throws a sentence where no program has told it. */
export function providedRooms(): Rooms {
  if (rooms) return rooms
  throw new Error('The test kit runs in the program: run the tests by "geminate plugin test"')
}
