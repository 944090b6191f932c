// Rules of a response sheet on the page, as the server has them (webapp/courses/questionnaire/values.py and answers.py): the same cases
// test both. Needs expressions.js. `LocalGoals.sheetRules(spec)` gives
//   normalise(path, raw)  {value} or {code, message}: the stored form of what was typed, or why it cannot be stored
//   check(path, value)    null or {code, message}: what is wrong with a stored value
//   read(values)          visible(field), sectionVisible(section), required(field, column, row), value(field), cell(field, row, column),
//                         rows(table), total(table, column), lines(matrix), across(matrix), answered(field), missing()
(function () {
  "use strict";

  const X = window.LocalGoals.expressions;
  const OTHER = "other";
  const OTHER_LIMIT = 200;
  const LIST_LIMIT = 400;
  const ROW = /^[a-z0-9]{8,32}$/;
  const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
  const INVISIBLE = /[\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f\u061c\u2060\ufeff\u00ad]/g;
  const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ud800-\udfff\ufffe\uffff]/gu;
  const SIGNS = {
    "，": ",", "．": ".", "。": ".", "＋": "+", "－": "-", "−": "-", "‐": "-", "‑": "-", "–": "-", "％": "%", "﹣": "-",
    "\u3000": " ", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2007": " ", "\t": " ", "’": "'", "＇": "'"
  };
  // The zeros of other scripts' decimal digits; the nine others follow each.
  const ZEROS = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20, 0x1040, 0x17e0, 0x1810, 0xff10
  ];

  function Bad(code, numbers) { this.code = code; this.numbers = numbers || {}; }

  function clean(text, lines) {
    let found = text.replace(/\r\n?/g, "\n").replace(INVISIBLE, "").replace(CONTROL, "");
    if (!lines) { found = found.replace(/[\n\t\u2028\u2029]+/g, " "); }
    return found.replace(/^[ \n\t\u3000\u00a0]+|[ \n\t\u3000\u00a0]+$/g, "");
  }

  function plainKeys(text) {
    return text.replace(/[\uff01-\uff5e]/g, function (each) { return String.fromCharCode(each.charCodeAt(0) - 0xfee0); });
  }

  function length(text) { return Array.from(text).length; }

  function string(raw) {
    if (typeof raw !== "string" && typeof raw !== "number") { throw new Bad("shape"); }
    return String(raw);
  }

  function list(raw) {
    const found = Array.isArray(raw) ? raw : [raw];
    if (found.length > LIST_LIMIT) { throw new Bad("shape"); }
    return found.filter(function (each) { return each !== null && each !== ""; });
  }

  function unique(values) { return Array.from(new Set(values)); }

  function orNull(values) { return values.length ? values : null; }

  function isOther(value) { return typeof value === "string" && value.startsWith(OTHER + ":"); }

  function digit(character) {
    const code = character.codePointAt(0);
    const zero = ZEROS.find(function (each) { return code >= each && code <= each + 9; });
    return zero === undefined ? character : String(code - zero);
  }

  // The number that a text means, in plain digits; as webapp/courses/numbers.py reads it.
  function number(text, units) {
    if (length(text) > 40) { throw new Bad("number"); }
    let typed = Array.from(text).map(function (each) { return digit(SIGNS[each] || each); }).join("").trim();
    if (!typed) { return null; }
    const unit = (units || []).map(function (each) {
      return Array.from(each).map(function (sign) { return SIGNS[sign] || sign; }).join("").toLowerCase().trim();
    }).filter(Boolean).sort(function (a, b) { return b.length - a.length; })
      .find(function (each) { return typed.toLowerCase().endsWith(each) && typed.length > each.length; });
    if (unit) { typed = typed.slice(0, -unit.length).trim(); }
    if (typed.endsWith(".")) { typed = typed.slice(0, -1); }
    if (!typed) { throw new Bad("number"); }
    const minus = typed[0] === "-";
    if (minus || typed[0] === "+") { typed = typed.slice(1); }
    const found = parts(typed.trim());
    if (!found || found[0].length + found[1].length > 15) { throw new Bad("number"); }
    const fraction = found[1].replace(/0+$/, "");
    const plain = (found[0].replace(/^0+(?=[0-9])/, "") || "0") + (fraction ? "." + fraction : "");
    return minus && plain !== "0" ? "-" + plain : plain;
  }

  function grouped(text, sign) { return new RegExp("^[1-9][0-9]{0,2}(?:\\" + sign + "[0-9]{3})+$").test(text); }

  function parts(typed) {
    const signs = [",", ".", " ", "'"];
    if (/^[0-9]+$/.test(typed)) { return [typed, ""]; }
    const group = signs.find(function (sign) { return grouped(typed, sign) && !(sign === "." && typed.split(".").length === 2); });
    if (group) { return [typed.split(group).join(""), ""]; }
    for (const mark of [".", ","]) {
      const at = typed.lastIndexOf(mark);
      const whole = typed.slice(0, Math.max(at, 0));
      const fraction = typed.slice(at + 1);
      if (at < 0 || !/^[0-9]+$/.test(fraction)) { continue; }
      if (/^0[0-9]+$/.test(whole) && fraction.length === 3) { return null; }
      if (whole === "" || /^[0-9]+$/.test(whole)) { return [whole || "0", fraction]; }
      if (signs.some(function (sign) { return sign !== mark && grouped(whole, sign); })) { return [whole.replace(/[^0-9]/g, ""), fraction]; }
    }
    return null;
  }

  function text(field, raw) {
    const found = clean(string(raw), field.type === "long");
    if (length(found) > field.limit) { throw new Bad("too_long", { limit: field.limit, count: length(found) }); }
    return found || null;
  }

  function day(_field, raw) {
    const found = clean(plainKeys(string(raw)));
    if (!found) { return null; }
    const match = /^([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?$/.exec(found);
    if (!match || Number(match[1]) < 1000) { throw new Bad("date"); }
    const iso = match[1] + "-" + match[2].padStart(2, "0") + "-" + match[3].padStart(2, "0");
    const date = new Date(iso + "T00:00:00Z");
    if (isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== iso) { throw new Bad("date"); }
    return iso;
  }

  function option(raw, options, other) {
    const found = clean(string(raw));
    if (options.includes(found)) { return found; }
    if (other && (found === OTHER || isOther(found))) {
      const words = clean(found.slice(OTHER.length + 1));
      if (length(words) > OTHER_LIMIT) { throw new Bad("too_long", { limit: OTHER_LIMIT, count: length(words) }); }
      return OTHER + ":" + words;
    }
    throw new Bad("option");
  }

  function multiple(field, raw) {
    const chosen = unique(list(raw).map(function (each) { return option(each, field.options, field.other); }));
    const others = chosen.filter(isOther);
    if (others.length > 1) { throw new Bad("shape"); }
    return orNull(field.options.filter(function (each) { return chosen.includes(each); }).concat(others));
  }

  function scale(field, raw) {
    const found = clean(plainKeys(string(raw)));
    if (!found) { return null; }
    if (!/^-?[0-9]{1,4}$/.test(found) || Number(found) < field.first || Number(found) > field.last) {
      throw new Bad("scale", { first: field.first, last: field.last });
    }
    return Number(found) || 0;
  }

  function ranking(field, raw) {
    const found = unique(list(raw).map(string));
    if (found.some(function (each) { return !field.items.includes(each); })) { throw new Bad("option"); }
    return orNull(found);
  }

  function goals(_field, raw) {
    const found = list(raw).map(function (each) { return clean(plainKeys(string(each))); });
    if (found.some(function (each) { return !/^[0-9]{1,2}$/.test(each) || Number(each) < 1 || Number(each) > 17; })) { throw new Bad("goal"); }
    return orNull(unique(found.map(Number)).sort(function (a, b) { return a - b; }));
  }

  function uuid(raw, code) {
    const found = clean(string(raw)).toLowerCase();
    if (!UUID.test(found)) { throw new Bad(code); }
    return found;
  }

  function organisation(_field, raw) {
    const found = clean(string(raw));
    if (isOther(found)) { return clean(found.slice(OTHER.length + 1)) ? option(found, [], true) : null; }
    return found ? uuid(found, "organisation") : null;
  }

  function stored(field, raw, spec) {
    switch (field.type) {
      case "text": case "long": return text(field, raw);
      case "number": return number(string(raw), field.units);
      case "date": return day(field, raw);
      case "single": return option(raw, field.options, field.other);
      case "multiple": return multiple(field, raw);
      case "scale": return scale(field, raw);
      case "ranking": return ranking(field, raw);
      case "goals": return goals(field, raw);
      case "targets": {
        const found = unique(list(raw).map(function (each) { return clean(plainKeys(string(each))); }));
        if (found.some(function (each) { return !spec.targets.includes(each); })) { throw new Bad("target"); }
        return orNull(spec.targets.filter(function (each) { return found.includes(each); }));
      }
      case "place": return uuid(raw, "place");
      case "organisation": return organisation(field, raw);
      case "file": return orNull(unique(list(raw).map(function (each) { return uuid(each, "file"); })));
      default: throw new Bad("no_value");
    }
  }

  function chosen(field, value) {
    if (field.alone && value.includes(field.alone)) { return value.length > 1 ? new Bad("choose_alone") : null; }
    const least = field.type === "multiple" ? field.min : undefined;
    if (least !== undefined && value.length < least) { return new Bad("choose_min", { min: least }); }
    if (field.max !== undefined && value.length > field.max) { return new Bad("choose_max", { max: field.max }); }
    return null;
  }

  function limits(field, value) {
    switch (field.type) {
      case "number":
        if (field.min !== undefined && X.read(value) < X.read(field.min)) { return new Bad("min", { min: field.min }); }
        if (field.max !== undefined && X.read(value) > X.read(field.max)) { return new Bad("max", { max: field.max }); }
        if (field.decimals !== undefined && (value.split(".")[1] || "").length > field.decimals) {
          return field.decimals ? new Bad("decimals", { decimals: field.decimals }) : new Bad("whole");
        }
        return null;
      case "date":
        if (field.min !== undefined && value < field.min) { return new Bad("date_min", { min: field.min }); }
        return field.max !== undefined && value > field.max ? new Bad("date_max", { max: field.max }) : null;
      case "single": return value === OTHER + ":" ? new Bad("other_empty") : null;
      case "multiple": return chosen(field, value) || (value.includes(OTHER + ":") ? new Bad("other_empty") : null);
      case "ranking": {
        const wanted = field.top || field.items.length;
        if (value.length > wanted) { return new Bad("choose_max", { max: wanted }); }
        return value.length < wanted ? new Bad("rank", { count: wanted }) : null;
      }
      case "goals": return chosen(field, value);
      case "targets": {
        const outside = (field.goals || []).length ? value.find(function (each) { return !field.goals.includes(Number(each.split(".")[0])); }) : undefined;
        return chosen(field, value) || (outside ? new Bad("target_outside", { target: outside }) : null);
      }
      case "file": return value.length > field.count ? new Bad("file_count", { max: field.count }) : null;
      default: return null;
    }
  }

  // A stored value as expressions see it.
  function meant(field, value) {
    if (value === null || value === undefined || !field) { return null; }
    if (field.type === "number" || field.type === "scale") { return X.read(value); }
    if (field.type === "goals") { return value.map(X.whole); }
    if (Array.isArray(value)) { return value.map(function (each) { return isOther(each) ? OTHER : each; }); }
    return isOther(value) && field.type === "single" ? OTHER : value;
  }

  function sheetRules(spec) {
    const fields = new Map();
    const sections = new Map();
    spec.sections.forEach(function (section) {
      sections.set(section.id, section);
      section.fields.forEach(function (field) { fields.set(field.id, { field: field, section: section }); });
    });

    function fieldOf(id) { return fields.has(id) ? fields.get(id).field : null; }

    function columnOf(table, id) { return table.columns.find(function (each) { return each.id === id; }) || null; }

    function mayBe(part, fixed, taken) { return taken ? ROW.test(part) : fixed.includes(part); }

    // The field whose rules the value at a path follows, and the words for it.
    function locate(path) {
      const at = path.split("/");
      const field = fieldOf(at[0]);
      if (!field || field.type === "calculated") { return null; }
      if (field.type === "table") {
        const column = at.length === 3 && ROW.test(at[1]) ? columnOf(field, at[2]) : null;
        return column && column.type !== "calculated" ? { asks: column, label: field.label + " · " + column.label } : null;
      }
      if (field.type === "matrix") {
        const fits = at.length === (field.by_row ? 2 : 3) && mayBe(at[1], field.lines, field.rows);
        return fits && (field.by_row || mayBe(at[2], field.across, field.columns)) ? { asks: cellOf(field), label: field.label } : null;
      }
      return at.length === 1 ? { asks: field, label: field.label } : null;
    }

    function cellOf(matrix) { return matrix.cell; }

    function say(bad, label) {
      const numbers = Object.assign({ name: label }, bad.numbers);
      const message = (spec.says[bad.code] || "").replace(/%\(([a-z]+)\)s/g, function (_all, name) { return String(numbers[name]); });
      return { code: bad.code, message: message.replace(/%%/g, "%") };
    }

    function normalise(path, raw) {
      const spot = locate(path);
      if (!spot) { return { code: "no_value", message: "" }; }
      if (raw === null || raw === undefined || raw === "" || (Array.isArray(raw) && !raw.length)) { return { value: null }; }
      try {
        return { value: stored(spot.asks, raw, spec) };
      } catch (bad) {
        if (!(bad instanceof Bad)) { throw bad; }
        return say(bad, spot.label);
      }
    }

    function check(path, value) {
      const spot = locate(path);
      if (!spot || value === null || value === undefined) { return null; }
      const again = normalise(path, value);
      if (again.code) { return again; }
      if (JSON.stringify(again.value) !== JSON.stringify(value)) { return say(new Bad("shape"), spot.label); }
      const bad = limits(spot.asks, value);
      return bad ? say(bad, spot.label) : null;
    }

    function read(values) {
      const known = new Map();
      const order = new Map();
      const cells = new Map();

      Object.keys(values).forEach(function (path) {
        const at = path.split("/");
        const value = values[path];
        if (value === null) { return; }
        if (at.length === 2 && typeof value.at === "string") {
          order.set(at[0], (order.get(at[0]) || []).concat([[value.at, at[1]]]));
        } else if (at.length === 3) {
          cells.set(at[0] + "/" + at[1], true);
        }
      });

      function once(key, work) {
        if (!known.has(key)) { known.set(key, work()); }
        return known.get(key);
      }

      function at(path) { return values[path] === undefined ? null : values[path]; }

      function holds(part, table, row) { return !part || evaluated(part, table, row) === true; }

      function evaluated(tree, table, row) { return X.evaluate(tree, scope(table || "", row || "")); }

      function sectionVisible(id) { return once("s:" + id, function () { return holds(sections.get(id).when); }); }

      function visible(id) {
        return once("f:" + id, function () {
          const found = fields.get(id);
          return Boolean(found) && sectionVisible(found.section.id) && holds(found.field.when);
        });
      }

      function required(id, columnId, row) {
        const field = fieldOf(id);
        const asked = columnId ? columnOf(field, columnId) : field;
        if (!asked || !asked.required || asked.required === true) { return Boolean(asked && asked.required); }
        return evaluated(asked.required, id, row) === true;
      }

      // By code unit, as the server sorts; order keys and ids are plain letters and digits.
      function before(a, b) { return a < b ? -1 : a > b ? 1 : 0; }

      function rows(table) {
        return once("r:" + table, function () {
          return (order.get(table) || []).slice().sort(function (a, b) { return before(a[0], b[0]) || before(a[1], b[1]); })
            .map(function (each) { return each[1]; });
        });
      }

      function calculated(field, table, row) {
        const found = once("c:" + table + "/" + row + "/" + field.id, function () { return evaluated(field.value, table, row); });
        if (typeof found !== "bigint") { return found; }
        return field.decimals === undefined ? found : X.rounded(found, X.whole(field.decimals));
      }

      function shown(found) { return typeof found === "bigint" ? X.write(found) : found; }

      // Of a calculated field the number, text or flag it comes to; numbers as plain digits.
      function value(id) {
        const field = fieldOf(id);
        return field && field.type === "calculated" ? shown(calculated(field, "", "")) : at(id);
      }

      function raw(id, row, columnId) {
        const field = fieldOf(id);
        const column = field.type === "table" ? columnOf(field, columnId) : null;
        if (column && column.type === "calculated") { return calculated(column, id, row); }
        if (field.type === "table") { return meant(column, at(id + "/" + row + "/" + columnId)); }
        return meant(cellOf(field), at(columnId ? id + "/" + row + "/" + columnId : id + "/" + row));
      }

      function cell(id, row, columnId) {
        const field = fieldOf(id);
        const column = field.type === "table" ? columnOf(field, columnId) : null;
        if (column && column.type === "calculated") { return shown(raw(id, row, columnId)); }
        return at(columnId ? id + "/" + row + "/" + columnId : id + "/" + row);
      }

      function total(id, columnId) {
        const numbers = rows(id).map(function (row) { return raw(id, row, columnId); }).filter(function (each) { return typeof each === "bigint"; });
        return numbers.length ? X.write(numbers.reduce(function (sum, each) { return sum + each; })) : null;
      }

      function taken(from, fixed) {
        if (!from) { return fixed; }
        return rows(from[0]).filter(function (row) { return cell(from[0], row, from[1]) !== null && cell(from[0], row, from[1]) !== ""; });
      }

      function lines(id) { return taken(fieldOf(id).rows, fieldOf(id).lines); }

      function across(id) { return taken(fieldOf(id).columns, fieldOf(id).across); }

      function spots(field) {
        const columns = field.by_row ? [""] : across(field.id);
        return lines(field.id).flatMap(function (row) { return columns.map(function (column) { return [row, column]; }); });
      }

      function scope(table, row) {
        return {
          field: function (id) {
            if (!visible(id)) { return null; }
            const field = fieldOf(id);
            return field.type === "calculated" ? calculated(field, "", "") : meant(field, at(id));
          },
          own: function (id) { return raw(table, row, id); },
          rows: function (id) { return visible(id) ? rows(id).length : 0; },
          column: function (id, columnId) { return visible(id) ? rows(id).map(function (each) { return raw(id, each, columnId); }) : []; },
          cells: function (id, part) {
            const field = fieldOf(id);
            if (field.by_row && part) { return visible(id) ? raw(id, part, "") : null; }
            const found = visible(id) ? spots(field) : [];
            return new X.Column(found.filter(function (spot) { return !part || spot[1] === part; })
              .map(function (spot) { return raw(id, spot[0], spot[1]); }));
          }
        };
      }

      function filled(id) { return rows(id).filter(function (row) { return cells.has(id + "/" + row); }); }

      function answered(id) {
        const field = fieldOf(id);
        if (field.type === "table") { return filled(id).length > 0; }
        if (field.type === "matrix") { return spots(field).some(function (spot) { return cell(id, spot[0], spot[1]) !== null; }); }
        return value(id) !== null;
      }

      function missingInTable(field) {
        const enough = filled(field.id).length >= Math.max(1, field.rows.min);
        const found = required(field.id) && !enough ? [field.id] : [];
        filled(field.id).forEach(function (row) {
          field.columns.forEach(function (column) {
            if (column.type !== "calculated" && cell(field.id, row, column.id) === null && required(field.id, column.id, row)) {
              found.push(field.id + "/" + row + "/" + column.id);
            }
          });
        });
        return found;
      }

      function missingIn(field) {
        if (field.type === "table") { return missingInTable(field); }
        if (!required(field.id)) { return []; }
        if (field.type !== "matrix") { return at(field.id) === null ? [field.id] : []; }
        return spots(field).map(function (spot) { return field.id + "/" + spot[0] + (spot[1] ? "/" + spot[1] : ""); })
          .filter(function (path) { return at(path) === null; });
      }

      // What is needed, shown and empty: [{path, message}], in order.
      function missing() {
        return Array.from(fields.values()).filter(function (each) { return each.field.type !== "calculated" && visible(each.field.id); })
          .flatMap(function (each) {
            return missingIn(each.field).map(function (path) {
              const few = path === each.field.id && each.field.type === "table" && each.field.rows.min > 1;
              const bad = few ? new Bad("rows_min", { min: each.field.rows.min }) : new Bad("required");
              const spot = locate(path);
              return { path: path, message: say(bad, spot ? spot.label : each.field.label).message };
            });
          });
      }

      return {
        visible: visible, sectionVisible: sectionVisible, required: required, value: value, cell: cell, rows: rows, total: total,
        lines: lines, across: across, answered: answered, missing: missing
      };
    }

    return { normalise: normalise, check: check, read: read, locate: locate };
  }

  window.LocalGoals.sheetRules = sheetRules;
}());
