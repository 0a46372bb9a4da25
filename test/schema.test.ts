import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Type } from '@sinclair/typebox'
import { pluginOptionsOf } from '../core/commands/read-settings.ts'
import { loadSettings } from '../core/settings/load-settings.ts'
import { settingsJsonSchema } from '../core/settings/settings-json-schema.ts'
import { standardPlugins } from '../plugins/standard.ts'

const shipped = pluginOptionsOf({ plugins: standardPlugins })
const fileOf = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')

test('geminate.schema.json is what "geminate schema" prints today', () => {
  assert.deepEqual(JSON.parse(fileOf('geminate.schema.json')), settingsJsonSchema(shipped))
})

test('geminate.example.yaml loads without a warning, and states nothing but the defaults', () => {
  const sources = { path: 'geminate.example.yaml', environment: {}, pluginOptions: shipped }
  const example = loadSettings({ ...sources, text: fileOf('geminate.example.yaml') })
  assert.deepEqual(example.warnings, [])
  assert.deepEqual(example.settings, loadSettings({ ...sources, text: undefined }).settings)
})

test('the schema asks for nothing that has a default, and for what has none', () => {
  const text = JSON.stringify(settingsJsonSchema({}))
  const required = [...text.matchAll(/"required":(\[[^\]]*\])/g)].map(([, names = '']) => names)
  assert.deepEqual(required.sort(), [
    '["key"]',
    '["leastTokens","mostTokens"]',
    '["levels"]',
    '["name","token"]',
  ])
})

test('the schema lists the options of shipped plugins and leaves plugins by path free', () => {
  const options = Type.Object({ pieces: Type.Integer({ default: 8 }) })
  const schema = JSON.parse(JSON.stringify(settingsJsonSchema({ 'fake-stream': options })))
  const { properties, patternProperties, additionalProperties } = schema.properties.plugins
  assert.equal(properties['fake-stream'].anyOf[1].properties.pieces.default, 8)
  assert.equal(properties['fake-stream'].anyOf[1].required, undefined)
  assert.deepEqual(Object.keys(patternProperties), ['^([./]|npm:)'])
  assert.equal(additionalProperties, false)
})

test('the schema lets a variable stand where a number belongs', () => {
  const schema = JSON.parse(JSON.stringify(settingsJsonSchema({})))
  const [number, variable] = schema.properties.server.properties.port.anyOf
  assert.equal(number.maximum, 65535)
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of a config file
  assert.match('${PORT}', new RegExp(variable.pattern))
})
