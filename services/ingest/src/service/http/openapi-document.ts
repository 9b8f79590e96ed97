import { problem } from '@pushav/shared/api/common.ts'
import { messages, type Operation, operations } from '@pushav/shared/api/operations.ts'
import { z } from 'zod'

type Json = Readonly<Record<string, unknown>>

/** The OpenAPI 3.1 document of this service, made of the schemas that validate its requests. */
export function openApiDocument(version: string): Json {
  const components: Record<string, unknown> = {}
  const schemaOf = (schema: z.ZodType, io: 'input' | 'output') => convert(schema, io, components)
  const paths: Record<string, Record<string, Json>> = {}
  for (const operation of operations) {
    const ofPath = paths[operation.path] ?? {}
    paths[operation.path] = { ...ofPath, [operation.method]: operationObject(operation, schemaOf) }
  }
  for (const schema of Object.values(messages)) schemaOf(z.array(schema), 'output')
  schemaOf(z.array(problem), 'output')
  return {
    openapi: '3.1.0',
    info: {
      title: 'push-av-server',
      version,
      description:
        'Receives what cameras push, keeps every byte and shows everything about it. Prose: docs/api.md.',
    },
    servers: [{ url: '/' }],
    paths,
    components: { schemas: components },
  }
}

type SchemaOf = (schema: z.ZodType, io: 'input' | 'output') => unknown

function operationObject(operation: Operation, schemaOf: SchemaOf): Json {
  const { tag, summary, query, body, responses } = operation
  const described = Object.entries(responses).map(([status, content]) => [
    status,
    responseObject(content, schemaOf),
  ])
  return {
    tags: [tag],
    summary,
    operationId: idOf(operation),
    parameters: [...pathParameters(operation), ...queryParameters(query, schemaOf)],
    ...(body === undefined ? {} : { requestBody: { content: contentOf(body, 'input', schemaOf) } }),
    responses: {
      ...Object.fromEntries(described),
      default: {
        description: 'An error, with what was wrong in `detail`',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  }
}

const idOf = ({ method, path }: Operation): string =>
  `${method}${path.replace(/\W+(\w)/g, (_all, letter: string) => letter.toUpperCase()).replace(/\W+/g, '')}` +
  (path.endsWith('/') ? 'Index' : '')

const pathParameters = ({ path }: Operation): readonly Json[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))

function queryParameters(query: z.ZodObject | undefined, schemaOf: SchemaOf): readonly Json[] {
  return Object.entries(query?.shape ?? {}).map(([name, schema]) => {
    const { description, ...rest } = schemaOf(schema as z.ZodType, 'input') as { description?: string }
    const isRequired = !(schema as z.ZodType).safeParse(undefined).success
    return { name, in: 'query', required: isRequired, ...(description ? { description } : {}), schema: rest }
  })
}

function responseObject(content: z.ZodType | string, schemaOf: SchemaOf): Json {
  if (content === 'none') return { description: 'Done' }
  return { description: 'Success', content: contentOf(content, 'output', schemaOf) }
}

function contentOf(content: z.ZodType | string, io: 'input' | 'output', schemaOf: SchemaOf): Json {
  if (typeof content !== 'string') return { 'application/json': { schema: schemaOf(content, io) } }
  return { [content]: { schema: content.startsWith('text/') ? { type: 'string' } : {} } }
}

/** JSON Schema of a schema; those that have an id go into the components. */
function convert(schema: z.ZodType, io: 'input' | 'output', components: Record<string, unknown>): unknown {
  // In an array, so that an id at the top becomes a definition too.
  const { $defs = {}, items } = z.toJSONSchema(z.array(schema), { io, unrepresentable: 'any' }) as {
    $defs?: Record<string, unknown>
    items: unknown
  }
  for (const [id, definition] of Object.entries($defs)) components[id] = moved(definition)
  return moved(items)
}

/** References lead to the components of the document. */
function moved(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll('"#/$defs/', '"#/components/schemas/'))
}
