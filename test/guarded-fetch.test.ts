import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Outside } from '../core/outside.ts'
import { guard, problemOf } from './guard.ts'

const PUBLIC = '93.184.216.34'

/** Names and what they mean, one answer of the resolver after the other; what is sent to an address comes to `answer`. */
function fakeOutside(
  names: Readonly<Record<string, readonly (readonly string[])[]>>,
  answer: (url: URL, address: string) => Response = () => new Response('good'),
) {
  const asked: string[] = []
  const sent: { url: string; address: string; headers: Readonly<Record<string, string>> }[] = []
  const outside: Outside = {
    async resolve(name) {
      const times = asked.filter((each) => each === name).length
      asked.push(name)
      const answers = names[name] ?? []
      const found = answers[Math.min(times, answers.length - 1)]
      if (!found) throw new Error(`no ${name}`)
      return found
    },
    async send(url, [address = ''], { headers }) {
      sent.push({ url: url.href, address, headers })
      return answer(url, address)
    },
  }
  return { outside, asked, sent }
}

describe('The guard', () => {
  const refused = [
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0x7f.1/',
    'http://0177.0.0.1/',
    'http://017700000001/',
    'http://127.1/',
    'http://127.0.0.1./',
    'http://①②⑦.⓪.⓪.①/',
    'http://0/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[::1]/',
    'http://[::]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://[2001:0:53aa:64c::1]/',
    'http://[fd00:ec2::254]/',
    'http://localhost/',
    'http://LOCALHOST./',
    'http://a.localhost/',
    'http://metadata.google.internal/',
    'http://printer.local/',
    'http://user:secret@public.example/',
    'ftp://public.example/',
    'file:///etc/passwd',
    'gopher://127.0.0.1:6379/_INFO',
    'data:text/plain,hi',
    '//public.example/',
    'nonsense',
    '',
  ]
  for (const url of refused) {
    test(`sends nothing to ${url || 'no address'}`, async () => {
      const names = {
        'public.example': [[PUBLIC]],
        localhost: [['127.0.0.1']],
        'localhost.': [['127.0.0.1']],
      }
      const { outside, sent } = fakeOutside(names)
      assert.equal(await problemOf(guard({ outside })(url)), 'refused')
      assert.deepEqual(sent, [])
    })
  }

  test('does not tell a name that is inside from one that there is not', async () => {
    const { outside } = fakeOutside({ 'db.example': [['10.0.0.7']] })
    const words = async (url: string) => guard({ outside })(url).catch((error: Error) => error.message)
    assert.equal(await words('http://db.example/'), await words('http://none.example/'))
  })

  test('refuses a host of which only one address is inside', async () => {
    const { outside, sent } = fakeOutside({ 'mixed.example': [[PUBLIC, '127.0.0.1']] })
    assert.equal(await problemOf(guard({ outside })('https://mixed.example/')), 'refused')
    assert.deepEqual(sent, [])
  })

  test('connects to the address that it looked at, though the name means another one by now', async () => {
    const { outside, asked, sent } = fakeOutside({ 'rebound.example': [[PUBLIC], ['127.0.0.1']] })
    const fetch = guard({ outside })
    assert.equal(await (await fetch('https://rebound.example/a')).text(), 'good')
    assert.deepEqual(asked, ['rebound.example'])
    assert.equal(sent[0]?.address, PUBLIC)
    assert.equal(await problemOf(fetch('https://rebound.example/a')), 'refused')
  })

  test('takes plain http only where the settings do', async () => {
    const { outside } = fakeOutside({ 'public.example': [[PUBLIC]] })
    assert.equal(await problemOf(guard({ outside, http: false })('http://public.example/')), 'refused')
    assert.equal((await guard({ outside, http: false })('https://public.example/')).status, 200)
    assert.equal((await guard({ outside, http: true })('http://public.example/')).status, 200)
  })

  const names = {
    'public.example': [[PUBLIC]],
    'other.example': [['1.1.1.1']],
    'inside.example': [['10.0.0.1']],
  }
  const redirecting = (to: string, status = 302) =>
    fakeOutside(names, ({ hostname, pathname }) =>
      hostname === 'public.example' && pathname === '/'
        ? new Response('moved', { status, headers: { location: to } })
        : new Response('there'),
    )

  for (const to of [
    'http://127.0.0.1/',
    'https://inside.example/',
    'http://[::ffff:10.0.0.1]/',
    'file:///etc/passwd',
    'http://localhost:6379/',
    'http://',
  ]) {
    test(`looks at what it is redirected to: ${to}`, async () => {
      const { outside, sent } = redirecting(to)
      assert.equal(await problemOf(guard({ outside })('https://public.example/')), 'refused')
      assert.equal(sent.length, 1)
    })
  }

  test('does not follow from https to http unless the settings take that', async () => {
    const { outside } = redirecting('http://other.example/')
    assert.equal(await problemOf(guard({ outside, http: false })('https://public.example/')), 'refused')
  })

  for (const status of [301, 302, 303, 307, 308]) {
    test(`follows a good redirect of status ${status}, without the headers that were for another origin`, async () => {
      const { outside, sent } = redirecting('https://other.example/there', status)
      const headers = { authorization: 'for the first one', Host: 'inside.example' }
      const answer = await guard({ outside })('https://public.example/', { headers })
      assert.equal(await answer.text(), 'there')
      assert.equal(sent[0]?.headers.authorization, 'for the first one')
      assert.equal(sent[0]?.headers.Host, undefined)
      assert.equal(sent[1]?.headers.authorization, undefined)
      assert.equal(sent[1]?.address, '1.1.1.1')
    })
  }

  test('follows a redirect within a host', async () => {
    const { outside, sent } = redirecting('/next?a=1')
    await guard({ outside })('https://public.example/')
    assert.equal(sent[1]?.url, 'https://public.example/next?a=1')
  })

  test('tires of redirects that go round', async () => {
    const { outside, sent } = fakeOutside(names, () => Response.redirect('https://public.example/', 302))
    assert.equal(await problemOf(guard({ outside })('https://public.example/')), 'too_many_redirects')
    assert.equal(sent.length, 6)
  })

  test('leaves a redirect of anything but a look to the plugin', async () => {
    const { outside } = redirecting('https://other.example/')
    const answer = await guard({ outside })('https://public.example/', { method: 'POST', body: 'x' })
    assert.equal(answer.status, 302)
  })
})
