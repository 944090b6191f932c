// Evaluates the trees of conditions and calculations as the server does (webapp/courses/questionnaire/evaluate.py): the same cases
// test both. Numbers are whole BigInts in units of 10^-12, so that no digit is lost; products and quotients are rounded half away from
// zero; what is beyond 10^24 or divided by zero is empty (null). Runs no code of anybody: a tree is data.
(function () {
  "use strict";

  const PLACES = 12;
  const ZERO = BigInt(0);
  const ONE = BigInt(1);
  const TWO = BigInt(2);
  const UNIT = BigInt("1" + "0".repeat(PLACES));
  const LARGEST = BigInt("1" + "0".repeat(24 + PLACES));

  // One value a row; what is done with it is done with each.
  function Column(values) { this.values = values; }

  function size(number) { return number < ZERO ? -number : number; }

  function capped(number) { return size(number) >= LARGEST ? null : number; }

  // "12.5" to its units; null if it is no number.
  function read(text) {
    const match = /^(-?)([0-9]+)(?:\.([0-9]+))?$/.exec(String(text));
    if (!match) { return null; }
    const fraction = (match[3] || "").padEnd(PLACES + 1, "0");
    let units = BigInt(match[2]) * UNIT + BigInt(fraction.slice(0, PLACES));
    if (fraction[PLACES] >= "5") { units += ONE; }
    return capped(match[1] ? -units : units);
  }

  // Units to "12.5", without superfluous zeros.
  function write(units) {
    const digits = size(units).toString().padStart(PLACES + 1, "0");
    const fraction = digits.slice(-PLACES).replace(/0+$/, "");
    const text = digits.slice(0, -PLACES) + (fraction ? "." + fraction : "");
    return units < ZERO ? "-" + text : text;
  }

  function divide(a, b) {
    let found = size(a) / size(b);
    if (TWO * (size(a) % size(b)) >= size(b)) { found += ONE; }
    return (a < ZERO) === (b < ZERO) ? found : -found;
  }

  function floor(a, b) {
    const found = a / b;
    return a % b !== ZERO && (a < ZERO) !== (b < ZERO) ? found - ONE : found;
  }

  function isNumber(value) { return typeof value === "bigint"; }

  function arithmetic(work) {
    return function (a, b) {
      if (!isNumber(a) || !isNumber(b)) { return null; }
      const found = work(a, b);
      return found === null ? null : capped(found);
    };
  }

  function same(a, b) {
    if (Array.isArray(a) && Array.isArray(b)) {
      return a.length === b.length && a.every(function (each, index) { return same(each, b[index]); });
    }
    return a === b;
  }

  function ordered(work) {
    return function (a, b) { return (isNumber(a) || typeof a === "string") && typeof a === typeof b && work(a, b); };
  }

  function member(value, within) {
    return Array.isArray(within) && within.some(function (each) { return same(value, each); });
  }

  function answered(value) { return value !== null && value !== undefined && !(Array.isArray(value) && !value.length); }

  function broadcast(work, values) {
    const columns = values.filter(function (value) { return value instanceof Column; });
    if (!columns.length) { return work.apply(null, values); }
    const length = Math.min.apply(null, columns.map(function (column) { return column.values.length; }));
    return new Column(Array.from({ length: length }, function (_nothing, index) {
      return work.apply(null, values.map(function (value) { return value instanceof Column ? value.values[index] : value; }));
    }));
  }

  const OPERATORS = {
    "+": arithmetic(function (a, b) { return a + b; }),
    "-": arithmetic(function (a, b) { return a - b; }),
    "*": arithmetic(function (a, b) { return divide(a * b, UNIT); }),
    "/": arithmetic(function (a, b) { return b === ZERO ? null : divide(a * UNIT, b); }),
    "//": arithmetic(function (a, b) { return b === ZERO ? null : floor(a, b) * UNIT; }),
    "%": arithmetic(function (a, b) { return b === ZERO ? null : a - floor(a, b) * b; }),
    "neg": function (a) { return isNumber(a) ? -a : null; },
    "not": function (a) { return a !== true; },
    "and": function () { return Array.from(arguments).every(function (each) { return each === true; }); },
    "or": function () { return Array.from(arguments).some(function (each) { return each === true; }); },
    "==": same,
    "!=": function (a, b) { return !same(a, b); },
    "<": ordered(function (a, b) { return a < b; }),
    "<=": ordered(function (a, b) { return a <= b; }),
    ">": ordered(function (a, b) { return a > b; }),
    ">=": ordered(function (a, b) { return a >= b; }),
    "in": member,
    "not in": function (a, b) { return !member(a, b); },
    "if": function (test, yes, no) { return test === true ? yes : no; }
  };

  function listOf(values) {
    const first = values.length === 1 ? values[0] : null;
    const all = first instanceof Column ? first.values : Array.isArray(first) ? first : values;
    return all.filter(function (each) { return isNumber(each) || typeof each === "string"; });
  }

  function total(numbers) { return numbers.reduce(function (sum, each) { return sum + each; }, ZERO); }

  function extreme(better) {
    return function (values) {
      const found = listOf(values);
      const alike = found.every(function (each) { return typeof each === typeof found[0]; });
      if (!found.length || !alike) { return null; }
      return found.reduce(function (best, each) { return better(each, best) ? each : best; });
    };
  }

  function counts(value) { return answered(value) && value !== false; }

  function many(value) { return value instanceof Column ? value.values : Array.isArray(value) ? value : null; }

  function whole(number) { return BigInt(number) * UNIT; }

  function rounded(value, places) {
    if (!isNumber(value) || !isNumber(places)) { return null; }
    const step = BigInt("1" + "0".repeat(PLACES - Number(places / UNIT)));
    return capped(divide(value, step) * step);
  }

  const CALLS = {
    sum: function (values) { return capped(total(listOf(values).filter(isNumber))); },
    mean: function (values) {
      const found = listOf(values).filter(isNumber);
      return found.length ? capped(divide(total(found), BigInt(found.length))) : null;
    },
    min: extreme(function (a, b) { return a < b; }),
    max: extreme(function (a, b) { return a > b; }),
    count: function (values) {
      const all = many(values[0]);
      return whole(all === null ? (counts(values[0]) ? 1 : 0) : all.filter(counts).length);
    },
    distinct: function (values) {
      const flat = new Set();
      (many(values[0]) || [values[0]]).forEach(function (value) {
        (Array.isArray(value) ? value : [value]).forEach(function (each) { if (answered(each)) { flat.add(each); } });
      });
      return whole(flat.size);
    },
    round: function (values) { return broadcast(rounded, values.length > 1 ? values : [values[0], ZERO]); },
    abs: function (values) { return broadcast(function (a) { return isNumber(a) ? size(a) : null; }, values); },
    answered: function (values) { return broadcast(answered, values); },
    percent: function (values) {
      return broadcast(function (part, all) {
        if (!isNumber(part) || !isNumber(all) || all === ZERO) { return null; }
        return capped(divide(part * BigInt(100) * UNIT, all));
      }, values);
    }
  };

  const LEAVES = {
    number: function (_scope, text) { return read(text); },
    text: function (_scope, text) { return text; },
    flag: function (_scope, flag) { return flag; },
    empty: function () { return null; },
    field: function (scope, id) { return scope.field(id); },
    own: function (scope, id) { return scope.own(id); },
    rows: function (scope, table) { return new Column(Array.from({ length: scope.rows(table) }, function () { return true; })); },
    column: function (scope, table, id) { return new Column(scope.column(table, id)); },
    cells: function (scope, matrix, part) { return scope.cells(matrix, part || ""); }
  };

  // Value of a tree: null, a BigInt of units, a text, true or false, an Array, or a Column.
  function evaluate(tree, scope) {
    const head = tree[0];
    const parts = tree.slice(1);
    if (Object.prototype.hasOwnProperty.call(LEAVES, head)) { return LEAVES[head].apply(null, [scope].concat(parts)); }
    if (head === "call") {
      return CALLS[parts[0]](parts.slice(1).map(function (part) { return evaluate(part, scope); }));
    }
    const values = parts.map(function (part) { return evaluate(part, scope); });
    if (head === "list") { return values; }
    if (head === "among" || head === "not among") {
      const within = many(values[1]) || [];
      return broadcast(function (each) { return member(each, within) === (head === "among"); }, [values[0]]);
    }
    return broadcast(OPERATORS[head], values);
  }

  window.LocalGoals = window.LocalGoals || {};
  window.LocalGoals.expressions = { evaluate: evaluate, read: read, write: write, rounded: rounded, whole: whole, Column: Column };
}());
