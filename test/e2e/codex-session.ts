import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runAgent, runAgentSession } from './agent-session.ts'
import { MODEL } from './scene.ts'

const [, , codex = '', folder = '', text = '{}'] = process.argv
const { likeModel } = JSON.parse(text) as { likeModel?: string }
const HOME = { CODEX_HOME: folder }
if (likeModel !== undefined) await writeCatalog(likeModel)

/** Codex, headless, as `docs/clients.md` sets it up; `likeModel` names what it is to believe of the model. */
await runAgentSession({
  files: ({ url }) => ({ 'config.toml': toConfig(url) }),
  environment: ({ token }) => ({ ...HOME, GEMINATE_TOKEN: token }),
  argumentsOf: (prompt, turn) => [
    'exec',
    ...(turn > 0 ? ['resume', '--last'] : []),
    '--json',
    '--skip-git-repo-check',
    '--dangerously-bypass-approvals-and-sandbox',
    prompt,
  ],
})

function toConfig(url: string): string {
  const catalog = likeModel === undefined ? '' : `model_catalog_json = "${join(folder, 'catalog.json')}"`
  return `model = "${MODEL}"
model_provider = "geminate"
${catalog}
check_for_update_on_startup = false
[analytics]
enabled = false
[model_providers.geminate]
name = "Geminate"
base_url = "${url}/v1"
env_key = "GEMINATE_TOKEN"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0
`
}

/** What Codex knows of a model of OpenAI's, under our model's name. */
async function writeCatalog(name: string): Promise<void> {
  const { stdout } = await runAgent(codex, ['debug', 'models'], { folder }, HOME)
  const { models } = JSON.parse(stdout) as { models: { slug: string }[] }
  const found = models.find(({ slug }) => slug === name)
  if (!found) throw new Error(`This Codex knows no model ${name}: ${models.map(({ slug }) => slug)}`)
  await writeFile(join(folder, 'catalog.json'), JSON.stringify({ models: [{ ...found, slug: MODEL }] }))
}
