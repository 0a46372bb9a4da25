import { runAgentSession } from './agent-session.ts'

/** Claude Code, headless, as `docs/clients.md` sets it up. */
await runAgentSession({
  environment: ({ url, token }) => ({
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_AUTH_TOKEN: token,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    IS_SANDBOX: '1', // else it refuses to run unasked tools as root
  }),
  argumentsOf: (prompt, turn) => [
    '--print',
    ...(turn > 0 ? ['--continue'] : []),
    '--output-format=stream-json',
    '--verbose',
    '--dangerously-skip-permissions',
    prompt,
  ],
})
