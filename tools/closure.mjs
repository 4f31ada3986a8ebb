// Each queue becomes a closure: the functions over a queue move into the function that makes one, and its fields become variables of it.
// `queue.pending` is then one letter, and no call passes the queue on: 6 % less. The source stays as it is, functions over plain
// objects in many modules, since a closure cannot be written in more than one file.
//
// A function is one over a queue if its first parameter is called `queue`. A use of the queue as a value is an error, which
// tools/subset/ finds first, with file and line.

const QUEUE = 'queue'
// As many helpers are used often enough to matter; the other case is left to parameters.
const LETTERS = 'ABCDEFGHIJKLMNOPQRST'

function* walk(node, parent) {
  if (!node?.type) return
  yield [node, parent]
  for (const child of Object.values(node).flat()) yield* walk(child, node)
}

const isQueue = (node) => node?.type === 'Identifier' && node.name === QUEUE
const isOverQueue = ({ init }) => init?.type === 'ArrowFunctionExpression' && isQueue(init.params[0])
const variable = (field) => ({ ...field, name: `${QUEUE}_${field.name}` })
const isValue = (node, { callee, id, key, property }) => ![callee, id, key, property].includes(node)
const declarator = (id, init) => ({ type: 'VariableDeclarator', id, init, loc: id.loc })

const refuse = ({ name }) => {
  throw new Error(`${name} is used as a value; write ${QUEUE}.field, or call a function over it with ${QUEUE} first`)
}

// The syntax tree (ESTree) of a linked module, changed in place; one without a queue stays as it is.
export function closeOverQueue(tree) {
  const made = [...walk(tree)].find(([node]) => node.type === 'VariableDeclarator' && isQueue(node.id))
  if (!made) return tree
  const [maker, declaration] = made
  const functions = takeOut(tree, isOverQueue)
  const [state] = takeOut(tree, ({ id }) => id.name === maker.init.callee.name)
  const fields = initialFields(state.init, maker.init.arguments)
  const names = new Set(functions.map(({ id }) => id.name))
  const declarations = declaration.declarations
  declarations.splice(declarations.indexOf(maker), 1, ...fields, ...functions)
  for (const field of replaceUses(tree, names).values())
    if (!fields.some(({ id }) => id.name === variable(field).name)) declarations.unshift(declarator(variable(field), null))
  return tree
}

// The declarators of these variables, which the module then no longer has.
function takeOut(tree, isWanted) {
  const taken = []
  for (const statement of tree.body.filter(({ type }) => type === 'VariableDeclaration')) {
    taken.push(...statement.declarations.filter(isWanted))
    statement.declarations = statement.declarations.filter((declared) => !isWanted(declared))
  }
  tree.body = tree.body.filter(({ declarations }) => declarations?.length !== 0)
  return taken
}

// The fields of a new queue as variables, with the arguments of its constructor in place of its parameters.
function initialFields({ params, body }, values) {
  const nodes = body.properties.flatMap(({ value }) => [...walk(value)]).map(([node]) => node)
  params.forEach(({ name }, index) => {
    for (const node of nodes) if (node.type === 'Identifier' && node.name === name) Object.assign(node, values[index])
  })
  return body.properties.map(({ key, value }) => declarator(variable(key), value))
}

// Removes every mention of the queue itself; returns the fields that were mentioned.
function replaceUses(tree, functions) {
  const fields = new Map()
  for (const [node] of [...walk(tree)]) {
    if (node.type === 'MemberExpression' && isQueue(node.object)) {
      fields.set(node.property.name, node.property)
      Object.assign(node, variable(node.property), { object: null, property: null })
    } else if (functions.has(node.callee?.name)) {
      if (!isQueue(node.arguments.shift())) refuse(node.callee)
    } else if (node.type === 'ArrowFunctionExpression' && isQueue(node.params[0])) node.params.shift()
    else if (node.type === 'ObjectExpression') node.properties = node.properties.filter(({ value }) => !isQueue(value))
  }
  for (const [node, parent] of walk(tree))
    if ((isQueue(node) || functions.has(node.name)) && isValue(node, parent)) refuse(node)
  return fields
}

// One letter for each of the helpers that are used most, in the form of uglify-js: by itself it gives these to the variables of a queue.
export function shortestNames(tree) {
  const uses = {}
  for (const { declarations = [] } of tree.body) for (const { id } of declarations) uses[id.name] = 0
  for (const [node] of walk(tree)) if (node.name in uses) uses[node.name] += 1
  const most = Object.keys(uses).sort((one, other) => uses[other] - uses[one])
  return Object.fromEntries([...LETTERS].map((letter, index) => [`$${most[index]}`, letter]))
}
