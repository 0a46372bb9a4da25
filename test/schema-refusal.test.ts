import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { namesSchemaField } from '../core/schema-compiler/schema-refusal.ts'

const BLAME_A_SCHEMA = [
  `Invalid JSON payload received. Unknown name "$schema" at 'tools[0].function_declarations[0].parameters': Cannot find field.`,
  `Invalid JSON payload received. Unknown name \\"const\\" at 'request.tools[0].function_declarations[3].parameters.properties[1].value': Cannot find field.`,
  `Invalid JSON payload received. Unknown name "maxItems" at 'generation_config.response_schema.properties[1].value': Cannot find field.`,
  `Invalid JSON payload received. Unknown name "parametersJsonSchema" at 'tools[0].function_declarations[0]': Cannot find field.`,
  `Invalid value at 'tools[0].function_declarations[7].parameters.properties[1].value.enum[0]' (TYPE_STRING), 0`,
  `Invalid JSON payload received. Unknown name "type" at 'tools[0].function_declarations[0].parameters.properties[1].value': Proto field is not repeating, cannot start list.`,
  '* GenerateContentRequest.tools[0].function_declarations[0].parameters.properties: should be non-empty for OBJECT type',
  '* GenerateContentRequest.tools[0].function_declarations[1].parameters.properties[x].enum: should be non-empty for STRING type with enum format',
  '* GenerateContentRequest.tools[0].function_declarations[2].parameters.properties[a].items: missing field.',
  '* GenerateContentRequest.generation_config.response_schema.properties[a].enum: only allowed for STRING type',
  '* GenerateContentRequest.tools[0].function_declarations[0].parameters.required[0]: property is not defined',
  "* GenerateContentRequest.generation_config.response_schema.properties[d].format: only 'enum' and 'date-time' are supported for STRING type",
  '* GenerateContentRequest.tools[0].function_declarations[0].parameters.items: field predicate failed: $type == Type.ARRAY',
  'schema at top-level type: must be specified when not using one_of, any_of or all_of fields',
  "$ref 'QuestionOption' was set alongside unsupported fields. If a schema node has $ref set, then only description and default can be set alongside it",
  'reference to undefined schema at properties.target_object.anyOf.1',
  'The specified schema produces a constraint that has too many states for serving.',
  'A schema in GenerationConfig in the request exceeds the maximum allowed nesting depth.',
  'A FunctionDeclaration in the request exceeds the maximum allowed nesting depth.',
  'The response schema is too complex',
]

const BLAME_SOMETHING_ELSE = [
  'Request contains an invalid argument.',
  'API key not valid. Please pass a valid API key.',
  `Invalid JSON payload received. Unknown name "foo" at 'generation_config': Cannot find field.`,
  `Invalid value at 'contents[3].parts[0].function_response.response' (type.googleapis.com/google.protobuf.Struct), "x"`,
  'Please ensure that function call turn comes immediately after a user turn',
  "Function calling with a response mime type: 'application/json' is unsupported",
  'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
  '',
]

describe('A 400 of Google', () => {
  for (const text of BLAME_A_SCHEMA) {
    test(`blames a schema: ${text.slice(0, 90)}`, () => {
      assert.equal(namesSchemaField(text), true)
    })
  }

  for (const text of BLAME_SOMETHING_ELSE) {
    test(`blames no schema: ${text.slice(0, 90)}`, () => {
      assert.equal(namesSchemaField(text), false)
    })
  }
})
