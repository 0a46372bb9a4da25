import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import manifest from '../package.json' with { type: 'json' }
import { type Program, start } from './start-program.ts'

let folder: string
const programs: Program[] = []

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'geminate-'))
})

after(async () => {
  for (const program of programs) program.kill('SIGKILL')
  await Promise.all(programs.map(({ ended }) => ended))
  await rm(folder, { recursive: true, force: true })
})

function launch(args: string[], environment?: Record<string, string>): Program {
  const program = start(folder, args, environment)
  programs.push(program)
  return program
}

const run = (args: string[], environment?: Record<string, string>) => launch(args, environment).ended

/** A config file in a folder of its own; its path from the working folder. */
async function config(name: string, text: string): Promise<string> {
  await mkdir(join(folder, name))
  await writeFile(join(folder, name, 'geminate.yaml'), text)
  return `${name}/geminate.yaml`
}

test('geminate version names the program, its version and the runtime', async () => {
  const { code, output } = await run(['version'])
  assert.match(output, /^geminate \d+\.\d+\.\d+ \((source|build .+), (bun|deno) [\d.]+\)\n$/)
  assert.ok(output.startsWith(`geminate ${manifest.version} `))
  assert.equal(code, 0)
})

test('geminate help lists every command and explains the exit codes', async () => {
  const { code, output } = await run(['help'])
  assert.equal(code, 0)
  for (const name of ['serve', 'check', 'plan', 'token', 'mock', 'bench', 'schema', 'version', 'help']) {
    assert.match(output, new RegExp(`^ {2}${name}\\b`, 'm'))
  }
  assert.match(output, /Exit codes: 0 .*, 1 .*, 2 /)
})

test('geminate bench measures calls, added latency, memory and key picks without any key', async () => {
  const { code, output, error } = await run(['bench', '--seconds', '0.1'])
  assert.equal(code, 0, error)
  for (const figure of ['whole', 'stream', 'memory', 'key pick']) {
    assert.match(output, new RegExp(`^${figure} +\\d+`, 'm'))
  }
})

test('geminate serve --help prints the options of serve', async () => {
  const { code, output } = await run(['serve', '--help'])
  assert.equal(code, 0)
  assert.match(output, /--demo/)
})

const MISUSES: [args: string[], sentence: string][] = [
  [[], 'Say what to do, such as "geminate serve"; "geminate help" lists all'],
  [['sevre'], 'There is no command "sevre"; did you mean "serve"?'],
  [['everything'], 'There is no command "everything"'],
  [['help', 'plam'], 'There is no command "plam"; did you mean "plan"?'],
  [['plan', '--confg', 'x'], '"geminate plan" has no option --confg; did you mean "--config"?'],
  [['plan', '--config'], 'The option --config needs a value: --config FILE'],
  [['plan', '--config', '--env-file=x'], 'The option --config needs a value: --config FILE'],
  [['serve', '--demo=yes'], 'The option --demo takes no value'],
  [['plan', 'everything'], '"geminate plan" takes nothing more, but was given "everything"'],
  [['plan', '--config', 'missing.yaml'], 'There is no config file missing.yaml'],
  [['plan', '--env-file', 'missing.env'], 'There is no environment file missing.env'],
  [
    ['token', 'new', 'clinet'],
    'Write "geminate token new admin" or "geminate token new client"; did you mean "client"?',
  ],
  [['mock', '--port', 'http'], 'The option --port is "http", but must be an integer from 0 to 65535'],
]

for (const [args, sentence] of MISUSES) {
  test(`geminate ${args.join(' ')} is refused in one sentence with exit code 2`, async () => {
    assert.deepEqual(await run(args), { code: 2, output: '', error: `${sentence}\n` })
  })
}

test('geminate plan masks secrets and says where each setting comes from', async () => {
  const path = await config(
    'planned',
    'server: { adminToken: hush-hush }\nkeys: [hush, { key: hush2, name: paid }]\nlog: { level: debug }\nplugins: { ./mine.ts: { db: "postgres://me:hush@db/x" } }',
  )
  const { code, output } = await run(['plan', '--config', path], { GEMINATE_SERVER_PORT: '9000' })
  assert.equal(code, 0)
  assert.doesNotMatch(output, /hush/)
  assert.match(output, /^server\.port +9000 +GEMINATE_SERVER_PORT$/m)
  assert.match(output, /^log\.level +"debug" +planned\/geminate\.yaml$/m)
  assert.match(output, /^quota\.minuteSeconds +60 +default$/m)
  assert.match(output, /^keys +\["\*\*\*",\{"key":"\*\*\*","name":"paid"\}\] /m)
  assert.match(output, /^plugins\.gemini +true +default$/m)
  assert.match(
    output,
    /^plugins\.\/.*\/planned\/mine\.ts +\{"db":"postgres:\/\/me:\*\*\*@db\/x"\} +planned\/geminate\.yaml$/m,
  )
})

test('geminate plan takes the variables of --env-file, but the environment goes before them', async () => {
  await writeFile(
    join(folder, 'some.env'),
    '# a comment\nGEMINATE_SERVER_PORT=1\nGEMINATE_SERVER_HOST="a b"\n',
  )
  const { output } = await run(['plan', '--env-file', 'some.env'], { GEMINATE_SERVER_PORT: '2' })
  assert.match(output, /^server\.port +2 /m)
  assert.match(output, /^server\.host +"a b" /m)
})

test('a line of --env-file that sets nothing is a warning with its number, and without its text', async () => {
  const text = '# good\nA="two\nlines"\nexport B=1\n\nsup3rsecret\nC: hush\nD=\'never\n'
  await writeFile(join(folder, 'odd.env'), text)
  assert.equal(
    (await run(['plan', '--env-file', 'odd.env'])).error,
    [
      'Warning: odd.env, line 6, must be NAME=VALUE, but is not\n',
      'Warning: odd.env, line 7, must be NAME=VALUE, but is not\n',
      'Warning: odd.env, line 8, begins a quoted value that never ends\n',
    ].join(''),
  )
})

test('geminate plan finds storage from the folder of the config file', async () => {
  const path = await config('elsewhere', 'storage: { url: "sqlite:kept/x.db" }')
  const { output } = await run(['plan', '--config', path])
  assert.match(output, /^storage\.url +"sqlite:elsewhere\/kept\/x\.db" /m)
})

test('geminate check accepts good settings and sets the plugins up', async () => {
  const { code, output, error } = await run(['check'], { GEMINATE_KEYS: 'a b' })
  assert.deepEqual({ code, error }, { code: 0, error: '' })
  assert.match(output, /^The settings are good: 2 keys; plugins: .*\bgemini\b/)
})

test('geminate check counts one key as one', async () => {
  assert.match((await run(['check'], { GEMINATE_KEYS: 'a' })).output, /good: 1 key;/)
})

test('geminate check refuses one token for two, as serve does', async () => {
  const path = await config(
    'shared',
    'server: { adminToken: same-token }\nclients: [{ name: a, token: same-token }]',
  )
  assert.deepEqual(await run(['check', '--config', path]), {
    code: 2,
    output: '',
    error: 'Settings "server.adminToken" and "clients[0].token" hold the same token\n',
  })
})

test('geminate check tells every mistake with exit code 2', async () => {
  const path = await config('wrong', 'server: { prot: 1, port: x }')
  const { code, output, error } = await run(['check', '--config', path])
  assert.deepEqual({ code, output }, { code: 2, output: '' })
  assert.equal(error.trim().split('\n').length, 2)
})

test('geminate check sets up a plugin from a file, and blames one that fails', async () => {
  const plugin = (setup: string) =>
    `export default { name: 'mine', api: 1, description: '', setup() { ${setup} } }`
  const path = await config('with-plugin', 'plugins: { ./good.ts: { x: 1 }, ./bad.ts: true }')
  await writeFile(join(folder, 'with-plugin/good.ts'), plugin('return {}'))
  await writeFile(join(folder, 'with-plugin/bad.ts'), plugin(`throw new Error('no luck')`))
  const { code, error } = await run(['check', '--config', path])
  assert.equal(code, 2)
  assert.match(error, /^The plugin ".*\/with-plugin\/bad\.ts" is left out: no luck\n$/)
})

test('geminate schema prints the JSON Schema of the settings', async () => {
  const { code, output } = await run(['schema'])
  assert.equal(code, 0)
  assert.equal(JSON.parse(output).title, 'Geminate settings')
})

test('geminate mock says where it listens and stops when told', async () => {
  const program = launch(['mock', '--port', '0'])
  const [, url = ''] = await program.says(/listens on (http:\/\/127\.0\.0\.1:\d+)\n[\s\S]*Its keys:\n {2}\S/)
  assert.ok((await fetch(`${url}/v1beta/models`)).status >= 200)
  program.kill('SIGTERM')
  assert.equal((await program.ended).code, 0)
})

test('geminate serve prints fresh tokens once, takes them, and ends with 0 when told', async () => {
  const path = await config('served', 'server: { port: 0 }\nlog: { level: silent }')
  const first = launch(['serve', '--config', path])
  const [, token = ''] = await first.says(/client "default", shown this once: (sk-[\w-]{32,})\n/)
  const [, url] = await first.says(/listens on (\S+)\n/)
  await first.says(/has no key yet: add some to "keys" in served\/geminate\.yaml, or set GEMINATE_KEYS/)
  assert.equal((await fetch(`${url}/v1beta/models`)).status, 401)
  assert.equal((await fetch(`${url}/v1beta/models`, { headers: { 'x-goog-api-key': token } })).status, 503)
  first.kill('SIGTERM')
  const { code, error } = await first.ended
  assert.equal(code, 0)
  assert.doesNotMatch(error, /\bat .*:\d/)

  const second = launch(['serve', '--config', path])
  const [, again] = await second.says(/listens on (\S+)\n[\s\S]*Try it/)
  assert.equal((await fetch(`${again}/v1beta/models`, { headers: { 'x-goog-api-key': token } })).status, 503)
  second.kill('SIGINT')
  assert.doesNotMatch((await second.ended).output, /shown this once/)
})

test('a port in use is one sentence with exit code 1, and tokens made before it are not lost', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => other.once('listening', resolve))
  const { port } = other.address() as AddressInfo
  const path = await config('taken', `server: { port: ${port} }\nlog: { level: silent }`)
  const { code, output, error } = await run(['serve', '--config', path])
  other.close()
  assert.equal(
    error,
    `Port ${port} on 127.0.0.1 is in use; set "server.port" to another, or stop what listens there\n`,
  )
  assert.match(output, /shown this once: ga-/)
  assert.equal(code, 1)
})

for (const host of ['999.1.1.1', '203.0.113.1', 'nowhere.invalid', '"bad host"', '"::zz"']) {
  test(`geminate serve on the host ${host} blames the host, not the port`, async () => {
    const path = await config(`host-${host.replace(/\W/g, '-')}`, `server: { port: 0, host: ${host} }`)
    const { code, error } = await run(['serve', '--config', path], { GEMINATE_LOG_LEVEL: 'silent' })
    const name = host.replaceAll('"', '')
    assert.equal(error, `${name} is no address of this machine; set "server.host" to one\n`)
    assert.equal(code, 1)
  })
}

test('geminate token new makes a token that a running gateway takes', async () => {
  const path = await config('with-token', 'server: { port: 0 }\nlog: { level: silent }')
  const gateway = launch(['serve', '--config', path])
  const [, url] = await gateway.says(/listens on (\S+)\n/)
  const { code, output } = await run(['token', 'new', 'client', '--name', 'me', '--config', path])
  assert.equal(code, 0)
  assert.match(output, /^sk-[\w-]{32,}\n$/)
  const ask = () => fetch(`${url}/v1beta/models`, { headers: { 'x-goog-api-key': output.trim() } })
  for (let status = 401; status === 401; ) status = (await ask()).status
  gateway.kill('SIGTERM')
  await gateway.ended
})

test('geminate serve --demo answers without a key and keeps its tokens', async () => {
  const first = launch(['serve', '--demo'], { GEMINATE_SERVER_PORT: '0', GEMINATE_LOG_LEVEL: 'silent' })
  const [, url] = await first.says(/listens on (\S+)\n/)
  const [, client = ''] = await first.says(/Client token: (sk-\S+)\n/)
  const [, admin = ''] = await first.says(/Admin token: +(ga-\S+)\n/)
  const reply = await fetch(`${url}/v1beta/models/gemini-2.5-flash:generateContent`, {
    method: 'POST',
    headers: { 'x-goog-api-key': client, 'content-type': 'application/json' },
    body: '{"contents":[{"parts":[{"text":"hi"}]}]}',
  })
  assert.equal(reply.status, 200)
  const keys = await fetch(`${url}/admin/api/keys`, { headers: { authorization: `Bearer ${admin}` } })
  assert.equal(keys.status, 200)
  first.kill('SIGTERM')
  assert.equal((await first.ended).code, 0)
  assert.equal((await stat(join(folder, 'data/demo/tokens.json'))).mode & 0o777, 0o600)
  assert.equal(JSON.parse(await readFile(join(folder, 'data/demo/tokens.json'), 'utf8')).client, client)

  const second = launch(['serve', '--demo'], { GEMINATE_SERVER_PORT: '0', GEMINATE_LOG_LEVEL: 'silent' })
  assert.equal((await second.says(/Client token: (sk-\S+)\n/))[1], client)
  second.kill('SIGTERM')
  await second.ended
})

test('geminate serve --demo with PORT stays on this machine, and tells how to steer its Google', async () => {
  const demo = launch(['serve', '--demo'], { PORT: '0', GEMINATE_LOG_LEVEL: 'silent' })
  const [banner] = await demo.says(/listens on http:\/\/127\.0\.0\.1:\d+\n[\s\S]*Try a whole/)
  assert.doesNotMatch(banner, /all addresses/)
  const [, google] = await demo.says(/simulated Google listens on (\S+); steer it under \1\/_simulated\/\./)
  assert.ok((await fetch(`${google}/_simulated/`)).status < 500)
  demo.kill('SIGTERM')
  await demo.ended
})

test('geminate serve says when it listens on all addresses, which a stated host also does to a demo', async () => {
  const environment = { PORT: '0', GEMINATE_SERVER_HOST: '0.0.0.0', GEMINATE_LOG_LEVEL: 'silent' }
  const demo = launch(['serve', '--demo'], environment)
  await demo.says(/\nIt listens on all addresses of this machine, so that other machines can reach it\.\n/)
  demo.kill('SIGTERM')
  const { output } = await demo.ended
  assert.doesNotMatch(output, /nothing leaves this machine/)
})
