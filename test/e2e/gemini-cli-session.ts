import { runAgentSession } from './agent-session.ts'

/** Gemini CLI, headless, as `docs/clients.md` sets it up. */
await runAgentSession({
  files: () => ({
    '.gemini/settings.json': JSON.stringify({
      security: { auth: { selectedType: 'gemini-api-key' } },
      privacy: { usageStatisticsEnabled: false },
      general: { disableAutoUpdate: true },
    }),
  }),
  environment: ({ url, token }) => ({ GOOGLE_GEMINI_BASE_URL: url, GEMINI_API_KEY: token }),
  argumentsOf: (prompt, turn) => [
    '--prompt',
    prompt,
    ...(turn > 0 ? ['--resume', 'latest'] : []),
    '--output-format=stream-json',
    '--yolo',
    '--skip-trust',
  ],
})
