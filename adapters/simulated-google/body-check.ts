import type { RequestSchemas, Schema } from './request-schemas.ts'
import { isRecord, toCamelCase, toSnakeCase } from './wire-fields.ts'

/** One thing wrong with a request, in Google's words; `field` is absent where the fault is at the root. */
export interface BodyFault {
  readonly field?: string
  readonly description: string
}

/** Every fault that Google's JSON transcoder would find in a request body. */
export function checkBody(body: unknown, messageName: string, schemas: RequestSchemas): readonly BodyFault[] {
  const faults: BodyFault[] = []
  if (!isRecord(body)) return [unknownName('', '', 'Root element must be a message.')]
  checkMessage(body, messageName, '', { schemas, faults })
  return faults
}

interface Check {
  readonly schemas: RequestSchemas
  readonly faults: BodyFault[]
}

function checkMessage(value: Record<string, unknown>, name: string, path: string, check: Check): void {
  const properties = check.schemas.messages[name]?.properties
  if (!properties) return
  for (const [key, item] of Object.entries(value)) {
    const property = propertyOf(properties, key)
    if (property) checkField(item, property, place(path, toSnakeCase(key)), check)
    else if (check.schemas.strict) check.faults.push(unknownName(key, path, 'Cannot find field.'))
  }
}

function propertyOf(properties: Readonly<Record<string, Schema>>, key: string): Schema | undefined {
  const name = Object.hasOwn(properties, key) ? key : toCamelCase(key)
  return Object.hasOwn(properties, name) ? properties[name] : undefined
}

function checkField(value: unknown, schema: Schema, path: string, check: Check): void {
  if (value === null) return
  if (schema.type !== 'array') checkValue(value, schema, path, check)
  else if (Array.isArray(value)) checkList(value, schema.items ?? {}, path, check)
  else checkValue(value, schema.items ?? {}, path, check)
}

function checkList(values: readonly unknown[], schema: Schema, path: string, check: Check): void {
  values.forEach((value, index) => {
    checkValue(value, schema, `${path}[${index}]`, check)
  })
}

function checkValue(value: unknown, schema: Schema, path: string, check: Check): void {
  if (schema.type === 'any') return
  if (Array.isArray(value)) {
    const cut = path.lastIndexOf('.')
    const fault = 'Proto field is not repeating, cannot start list.'
    check.faults.push(unknownName(path.slice(cut + 1), path.slice(0, Math.max(cut, 0)), fault))
  } else if (schema.$ref) checkReference(value, schema.$ref, path, check)
  else if (schema.type === 'object') checkMap(value, schema, path, check)
  else checkScalar(value, schema, path, check)
}

function checkReference(value: unknown, name: string, path: string, check: Check): void {
  if (isRecord(value)) checkMessage(value, name, path, check)
  else check.faults.push(invalidValue(path, messageType(name), JSON.stringify(value)))
}

function checkMap(value: unknown, schema: Schema, path: string, check: Check): void {
  if (!isRecord(value)) {
    check.faults.push(invalidValue(path, 'type.googleapis.com/google.protobuf.Struct', JSON.stringify(value)))
    return
  }
  // Google names the entries of a map by their position.
  Object.values(value).forEach((item, index) => {
    if (schema.additionalProperties) {
      checkField(item, schema.additionalProperties, `${path}[${index}].value`, check)
    }
  })
}

function checkScalar(value: unknown, schema: Schema, path: string, check: Check): void {
  const scalar = schema.enum
    ? undefined
    : (SCALARS[schema.format ?? schema.type ?? ''] ?? SCALARS[schema.type ?? ''])
  const typeName = scalar?.name ?? messageType(enumName(path))
  if (isRecord(value)) {
    check.faults.push(invalidValue(path, typeName, 'Starting an object on a scalar field'))
  } else if (scalar ? !scalar.accepts(value) : !isEnumValue(value, schema.enum)) {
    const failed = typeName === 'TYPE_BYTES' && typeof value === 'string' ? 'Base64 decoding failed for ' : ''
    check.faults.push(invalidValue(path, typeName, failed + JSON.stringify(value)))
  }
}

const isText = (value: unknown) => typeof value === 'string'
const isNumeric = (value: unknown) =>
  typeof value === 'number' ||
  (typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value)))
const isInteger = (value: unknown) => isNumeric(value) && Number.isInteger(Number(value))
const isBase64 = (value: unknown) => typeof value === 'string' && /^[\w+/-]*={0,2}$/.test(value)

const SCALARS: Record<string, { name: string; accepts(value: unknown): boolean } | undefined> = {
  string: { name: 'TYPE_STRING', accepts: isText },
  byte: { name: 'TYPE_BYTES', accepts: isBase64 },
  boolean: { name: 'TYPE_BOOL', accepts: (value) => typeof value === 'boolean' },
  int32: { name: 'TYPE_INT32', accepts: isInteger },
  int64: { name: 'TYPE_INT64', accepts: isInteger },
  float: { name: 'TYPE_FLOAT', accepts: isNumeric },
  double: { name: 'TYPE_DOUBLE', accepts: isNumeric },
  number: { name: 'TYPE_DOUBLE', accepts: isNumeric },
  'google-duration': { name: 'type.googleapis.com/google.protobuf.Duration', accepts: isText },
  'google-datetime': { name: 'type.googleapis.com/google.protobuf.Timestamp', accepts: isText },
}

/** Google takes the name in any case, or the number. */
function isEnumValue(value: unknown, names: readonly string[] | undefined): boolean {
  if (typeof value === 'number') return true
  return (
    typeof value === 'string' && (!names || names.some((name) => name.toUpperCase() === value.toUpperCase()))
  )
}

function enumName(path: string): string {
  const field = toCamelCase(path.slice(path.lastIndexOf('.') + 1).replace(/\[\d+\]$/, ''))
  const pascal = field.charAt(0).toUpperCase() + field.slice(1)
  return { Category: 'HarmCategory', Threshold: 'SafetySetting.HarmBlockThreshold' }[pascal] ?? pascal
}

function messageType(name: string): string {
  return `type.googleapis.com/google.ai.generativelanguage.v1beta.${name}`
}

function unknownName(name: string, path: string, fault: string): BodyFault {
  const at = path === '' ? '' : ` at '${path}'`
  const description = `Invalid JSON payload received. Unknown name "${name}"${at}: ${fault}`
  return path === '' ? { description } : { field: path, description }
}

function invalidValue(path: string, type: string, value: string): BodyFault {
  return { field: path, description: `Invalid value at '${path}' (${type}), ${value}` }
}

function place(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}
