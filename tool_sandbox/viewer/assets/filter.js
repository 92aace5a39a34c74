// Filters such as `score < 0.5 and category = coreference and not void = true`.
// The rules are those of the package's viewer/filters.py; one list of cases tries both.

const TOKEN = /\s*(?:("(?:[^"\\]|\\.)*")|(<=|>=|!=|[<>=~()])|([^\s<>=!~()"]+))/y;

/** A function that says whether a row matches an expression; an empty one matches every row. */
export function matcher(expression, columns) {
  if (!expression.trim()) return () => true;
  const parser = new Parser(tokens(expression), columns);
  const matches = parser.either();
  if (parser.next() !== undefined) throw new Error(`${quoted(parser.next().text)} is one word too many; join conditions with and, or.`);
  return matches;
}

function tokens(expression) {
  const found = [];
  TOKEN.lastIndex = 0;
  while (expression.slice(TOKEN.lastIndex).trim()) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(expression);
    if (match === null) throw new Error(`${quoted(expression.slice(at).trim())} cannot be read; a text with quotes or spaces stands in double quotes.`);
    const [, text, sign, word] = match;
    found.push(text !== undefined ? { text: JSON.parse(text), quoted: true } : { text: sign ?? word, sign: sign !== undefined });
  }
  return found;
}

class Parser {
  constructor(found, columns) {
    this.tokens = found;
    this.columns = columns;
    this.at = 0;
  }

  next() {
    return this.tokens[this.at];
  }

  takes(text) {
    const token = this.next();
    if (token === undefined || token.quoted || token.text.toLowerCase() !== text) return false;
    this.at += 1;
    return true;
  }

  either() {
    const parts = [this.both()];
    while (this.takes("or")) parts.push(this.both());
    return (row) => parts.some((matches) => matches(row));
  }

  both() {
    const parts = [this.negated()];
    while (this.takes("and")) parts.push(this.negated());
    return (row) => parts.every((matches) => matches(row));
  }

  negated() {
    if (this.takes("not")) {
      const matches = this.negated();
      return (row) => !matches(row);
    }
    if (!this.takes("(")) return this.condition();
    const matches = this.either();
    if (!this.takes(")")) throw new Error("a bracket is not closed.");
    return matches;
  }

  condition() {
    const column = this.next();
    const at = column === undefined || column.sign ? -1 : this.columns.indexOf(column.text.toLowerCase());
    if (at < 0) throw new Error(`${quoted(column?.text ?? "")} is no column; there are ${this.columns.join(", ")}.`);
    this.at += 1;
    const operator = this.next();
    if (operator === undefined || !operator.sign || "()".includes(operator.text)) {
      throw new Error(`after ${quoted(column.text)} one of = != < <= > >= ~ is expected.`);
    }
    this.at += 1;
    const value = this.next();
    if (value === undefined || value.sign) throw new Error(`after ${quoted(operator.text)} a value is expected.`);
    this.at += 1;
    const compare = comparison(operator.text, value.text);
    return (row) => compare(row[at]);
  }
}

function comparison(operator, value) {
  const wanted = value.toLowerCase();
  const limit = Number(value);
  const same = (cell) => same_value(cell, wanted, limit);
  const within = (cell) => cell !== null && String(cell).toLowerCase().includes(wanted);
  const some = (test) => (cell) => (Array.isArray(cell) ? cell.some(test) : test(cell));
  const ordered = (test) => {
    if (!value.trim() || Number.isNaN(limit)) throw new Error(`${quoted(value)} is no number, and only numbers have an order.`);
    return (cell) => typeof cell === "number" && test(cell);
  };
  switch (operator) {
    case "=": return some(same);
    case "!=": return (cell) => !some(same)(cell);
    case "~": return some(within);
    case "<": return ordered((cell) => cell < limit);
    case "<=": return ordered((cell) => cell <= limit);
    case ">": return ordered((cell) => cell > limit);
    default: return ordered((cell) => cell >= limit);
  }
}

/** Texts are equal without regard to case; `none` is a cell without a value. */
function same_value(cell, wanted, limit) {
  if (cell === null || cell === "") return wanted === "none" || wanted === "";
  if (typeof cell === "number") return cell === limit;
  return String(cell).toLowerCase() === wanted;
}

function quoted(text) {
  return `'${text}'`;
}
