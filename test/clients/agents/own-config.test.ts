// `qwenctl exec` over agents with a configuration of the user's own, which leads to another service: the agent uses the
// proxy, and no file of the user's changes. `npm run test:clients` runs all of them.

import { describe, expect, test } from 'vitest'
import { agents, isInstalled } from './agents.ts'
import { runAgent } from './run-agent.ts'
import { givenService } from './scripted-service.ts'
import { ANSWER } from './task.ts'

/** Nothing answers there. */
const ELSEWHERE = 'http://127.0.0.1:9'
const LONGEST_MS = 180_000

const files: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'claude-code': {
    '.claude/settings.json': `{"env": {"ANTHROPIC_BASE_URL": "${ELSEWHERE}", "ANTHROPIC_API_KEY": "sk-ant-mine"}}\n`,
  },
  codex: {
    '.codex/config.toml': `# mine\nmodel_provider = 'other'\n\n[model_providers.other]\nname = "other"\nbase_url = "${ELSEWHERE}/v1"\nwire_api = "responses"\n`,
  },
  'qwen-code': {
    '.qwen/settings.json': `{\n  "$version": 4,\n  "security": {"auth": {"selectedType": "qwen-oauth"}},\n  "env": {"OPENAI_BASE_URL": "${ELSEWHERE}/v1"}\n}\n`,
  },
  opencode: {
    '.config/opencode/opencode.json': `{\n  "$schema": "https://opencode.ai/config.json",\n  "provider": {"qwenctl": {"options": {"baseURL": "${ELSEWHERE}/v1", "apiKey": "mine"}}}\n}\n`,
  },
  gemini: {
    '.gemini/settings.json': '{"security": {"auth": {"selectedType": "oauth-personal"}}}\n',
    '.gemini/.env': `GOOGLE_GEMINI_BASE_URL=${ELSEWHERE}\nGEMINI_API_KEY=mine\n`,
  },
  pi: {
    '.pi/agent/models.json': `{"providers": {"qwenctl": {"baseUrl": "${ELSEWHERE}/v1", "api": "openai-completions", "apiKey": "mine", "models": [{"id": "m1"}]}}}\n`,
  },
}

const isWhole = process.env.QWENCTL_TEST_CLIENTS_ALL === '1'
const chosen = agents.filter((agent) => isWhole && agent.id in files && isInstalled(agent))
if (chosen.length === 0) test.skip('npm run test:clients runs the agents with own files', () => undefined)

describe.each(chosen)('$title', (agent) => {
  test('uses the proxy in a home with its own configuration', { timeout: LONGEST_MS }, async () => {
    const service = await givenService('chat', {})
    const own = files[agent.id]!
    const run = await runAgent({ ...agent, start: 'exec' }, [service], { files: own })
    expect(run.answer, run.output.slice(-3000)).toBe(ANSWER)
    expect(run.changed).toEqual([])
    expect(service.refusals).toEqual([])
  })
})
