import { definePlugin, type GuardedFetch, type ImageBed, Type } from 'geminate/sdk'

/** An image bed: uploads pictures by `PUT` to a web server that shows them to everybody. */
export default definePlugin({
  name: 'upload-bed',
  api: 1,
  description: 'An image bed: uploads pictures by PUT to a web server.',
  options: Type.Object({
    folder: Type.String({ pattern: '^https?://.+/$', description: 'Where pictures go; ends with a slash.' }),
    token: Type.Optional(Type.String({ description: 'Sent as Authorization: Bearer.' })),
  }),
  setup: ({ folder, token }, host) => ({
    imageBeds: { 'upload-bed': () => createBed(folder, token, host.fetch) },
  }),
})

function createBed(folder: string, token: string | undefined, fetch: GuardedFetch): ImageBed {
  return {
    async put(body, mime, name) {
      // Names are hints of people: only letters of them, and never the only part of an address.
      const hint = name.replace(/[^a-zA-Z0-9]+/g, '-').slice(0, 40)
      const url = `${folder}${crypto.randomUUID()}-${hint}`
      const headers = { 'content-type': mime, ...(token && { authorization: `Bearer ${token}` }) }
      const { status } = await fetch(url, { method: 'PUT', headers, body })
      if (status >= 300) throw new Error(`The image bed answered ${status}`)
      return url
    },
  }
}
