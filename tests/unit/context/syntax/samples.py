"""A small file in each language, and the blocks that a reader sees in it."""

from dataclasses import dataclass

from inhouse.domain.code import SourceFile


@dataclass(frozen=True, slots=True)
class Sample:
    """`blocks`: each as `kind name first-last`, then `header a-b` where it is not the first line alone, `doc a-b`,
    `empty`, `in name`. Lines count from 1, as a reader's do. `imports` are runs of lines."""

    language: str
    text: str
    blocks: tuple[str, ...]
    imports: str = ""


def source(text: str, language: str) -> SourceFile:
    return SourceFile("file:///sample", "sample", language, [*text.splitlines(keepends=True), ""])


SAMPLES = (
    Sample(
        "python",
        '''\
import os
from typing import (
    Any,
)

@decorated(
    "a:b",
)
class Store(Base):
    """Keeps things."""

    @property
    def size(self) -> dict[str, int]:
        # counts
        return {"}": 1}

    def put(
        self,
        key: str = ":",
    ) -> None:
        """Puts."""
        ...

    async def get(self): pass

text = """
def not_a_function():
"""
def last():
    sql = """
SELECT 1
"""
    def inner():
        raise NotImplementedError("later")
    return inner
''',
        (
            "class Store 6-24 header 9-9 doc 10-10",
            "function size 12-15 header 13-13 in Store",
            "function put 17-22 header 17-20 doc 21-21 empty in Store",
            "function get 24-24 empty in Store",
            "function last 29-35",
            "function inner 33-34 empty in last",
        ),
        "1-4",
    ),
    Sample(
        "typescript",
        """\
import { readFile } from "node:fs/promises";
import {
  join,
} from "node:path";

/** A store. */
@Injectable()
export class Store<T> implements Base {
  private items: T[] = [];

  constructor(private readonly name: string) {}

  // not a doc
  async get(key: string): Promise<T | undefined> {
    if (key === "}") { return undefined; }
    return this.items.find((item) => item.key === key);
  }
}

export interface Shape {
  area(): number;
}

export const load = async (path: string): Promise<string> => {
  // TODO
};

export function shape(): { a: number } {
  return { a: 1 };
}
const sum = (1 + 2);
describe("x", () => {
  it("works", () => { run(); });
});
""",
        (
            "class Store 7-18 header 8-8 doc 6-6",
            "function constructor 11-11 empty in Store",
            "function get 14-17 in Store",
            "class Shape 20-22",
            "function load 24-26 empty",
            "function shape 28-30",
        ),
        "1-4",
    ),
    Sample(
        "javascript",
        """\
const fs = require("fs");

/**
 * Adds.
 */
export function add(a, b) {
  return `${a}}` + b;
}

class A extends B {
  static *walk() {
    throw new Error("not implemented");
  }
}
const f = x => {
  return x;
};
const g = function (x) { return x; };
""",
        (
            "function add 6-8 doc 3-5",
            "class A 10-14",
            "function walk 11-13 empty in A",
            "function f 15-17",
            "function g 18-18",
        ),
        "1-1",
    ),
    Sample(
        "tsx",
        """\
import React from "react";

export const Button = ({ label }: Props) => {
  return <button className="a">{label}</button>;
};
""",
        ("function Button 3-5",),
        "1-1",
    ),
    Sample(
        "go",
        """\
package store

import (
	"fmt"
)

// Store keeps things.
type Store struct {
	items map[string]struct{}
}

// Get gets.
func (s *Store) Get(key string) (interface{}, error) {
	return fmt.Sprintf("}"), nil
}

func any() interface{} {
	panic("not implemented")
}
""",
        (
            "class Store 8-10 doc 7-7",
            "function Get 13-15 doc 12-12",
            "function any 17-19 empty",
        ),
        "1-1 3-5",
    ),
    Sample(
        "rust",
        """\
use std::collections::{
    HashMap,
};

/// A store.
#[derive(Debug, Clone)]
pub struct Store<'a> {
    items: HashMap<&'a str, i32>,
}

impl<'a> Store<'a> {
    /// Gets.
    #[inline]
    pub fn get(&self, key: &str) -> Option<i32>
    where
        Self: Sized,
    {
        let c = '{';
        None
    }

    fn put(&mut self, values: [u8; 4]) {
        todo!()
    }
}

mod inner {
    // plain
    pub(crate) async fn run() {}
}
""",
        (
            "class Store 6-9 header 7-7 doc 5-5",
            "class Store 11-25",
            "function get 13-20 header 14-17 doc 12-12 in Store",
            "function put 22-24 empty in Store",
            "other inner 27-30",
            "function run 29-29 empty in inner",
        ),
        "1-3",
    ),
    Sample(
        "java",
        """\
package a.b;

import java.util.List;

/** A store. */
@Entity
public class Store extends Base {
    private final List<String> items = List.of();

    public Store(String name) {
    }

    /**
     * Gets.
     */
    @Override
    public <T> List<T> get(String key) throws IOException, Other {
        if (key == null) { return null; }
        for (String item : items) { run(item); }
        return call(key);
    }
}
""",
        (
            "class Store 6-22 header 7-7 doc 5-5",
            "function Store 10-11 empty in Store",
            "function get 16-21 header 17-17 doc 13-15 in Store",
        ),
        "1-1 3-3",
    ),
    Sample(
        "c",
        """\
#include <stdio.h>
#include "a.h"

int declared(int a);

struct point {
    int x;
};

/* Adds. */
static int add(int a,
               int b)
{
    if (a) { return '}'; }
    return a + b;
}

void nothing(void)
{
    /* TODO */
}
""",
        (
            "class point 6-8",
            "function add 11-16 header 11-13 doc 10-10",
            "function nothing 18-21 header 18-19 empty",
        ),
        "1-2",
    ),
    Sample(
        "cpp",
        """\
#include <vector>

namespace store {

// Keeps.
template <typename T>
class Store : public Base {
public:
  Store(int a) : a_(a), b_{1} {}
  int get(const std::string& key) const override {
    return 1;
  }
};

int Store::put(int x) {
  return x;
}

}  // namespace store
""",
        (
            "other store 3-19",
            "class Store 6-13 header 7-7 doc 5-5 in store",
            "function Store 9-9 empty in Store",
            "function get 10-12 in Store",
            "function put 15-17 in store",
        ),
        "1-1",
    ),
    Sample(
        "csharp",
        """\
using System;
using System.Linq;

namespace A.B
{
    /// <summary>Keeps.</summary>
    [Serializable]
    public class Store
    {
        public Store() : base(1)
        {
        }

        public async Task<int> Get(string key)
        {
            using (var x = Open()) { Run(); }
            return 1;
        }
    }
}
""",
        (
            "other A.B 4-20 header 4-5",
            "class Store 7-19 header 8-9 doc 6-6 in A.B",
            "function Store 10-12 header 10-11 empty in Store",
            "function Get 14-18 header 14-15 in Store",
        ),
        "1-2",
    ),
    Sample(
        "ruby",
        """\
require "json"

module Shop
  # Keeps.
  class Store < Base
    def get(key)
      if key
        1
      end
    end

    def self.put!(a,
                  b)
      # TODO
    end
  end
end
""",
        (
            "other Shop 3-17",
            "class Store 5-16 doc 4-4 in Shop",
            "function get 6-10 in Store",
            "function put! 12-15 header 12-13 empty in Store",
        ),
        "1-1",
    ),
    Sample(
        "php",
        """\
<?php
namespace A\\B;

use C\\D;

/** Keeps. */
#[Entity]
final class Store extends Base
{
    public function get(string $key): ?int
    {
        return 1;
    }

    private static function put(): void
    {
    }
}
""",
        (
            "class Store 7-18 header 8-9 doc 6-6",
            "function get 10-13 header 10-11 in Store",
            "function put 15-17 header 15-16 empty in Store",
        ),
        "2-2 4-4",
    ),
    Sample(
        "shellscript",
        """\
#!/bin/sh
. ./common.sh

# Says it.
say() {
  echo "${1:-}" "}" ${#1}
}

function stop {
  :
}
""",
        ("function say 5-7 doc 4-4", "function stop 9-11 empty"),
        "2-2",
    ),
)
