"""Which nodes of each grammar are blocks, as queries with the captures `function`, `class` and `other`."""

_SCRIPT = """
(function_declaration) @function
(generator_function_declaration) @function
(method_definition) @function
(variable_declarator value: [(arrow_function) (function_expression)]) @function
(class_declaration) @class
"""
_TYPED_SCRIPT = f"""{_SCRIPT}
(public_field_definition value: (arrow_function)) @function
(abstract_class_declaration) @class
(interface_declaration) @class
(enum_declaration) @class
(internal_module) @other
(module) @other
"""
_C = """
(function_definition) @function
(struct_specifier name: (_) body: (_)) @class
(union_specifier name: (_) body: (_)) @class
(enum_specifier name: (_) body: (_)) @class
"""

BLOCKS = {
    "python": "(function_definition) @function (class_definition) @class",
    "javascript": f"{_SCRIPT} (field_definition value: (arrow_function)) @function",
    "typescript": _TYPED_SCRIPT,
    "tsx": _TYPED_SCRIPT,
    "go": """
        (function_declaration) @function
        (method_declaration) @function
        (type_spec type: [(struct_type) (interface_type)]) @class
    """,
    "rust": """
        (function_item) @function
        [(struct_item) (enum_item) (union_item) (trait_item) (impl_item)] @class
        (mod_item) @other
    """,
    "java": """
        [(method_declaration) (constructor_declaration) (compact_constructor_declaration)] @function
        [(class_declaration) (interface_declaration) (enum_declaration) (record_declaration)] @class
        (annotation_type_declaration) @class
    """,
    "c": _C,
    "cpp": f"{_C} (class_specifier name: (_) body: (_)) @class (namespace_definition) @other",
    "csharp": """
        [(method_declaration) (constructor_declaration) (local_function_statement)] @function
        [(class_declaration) (interface_declaration) (enum_declaration) (struct_declaration)] @class
        (record_declaration) @class
        (namespace_declaration) @other
    """,
    "ruby": "[(method) (singleton_method)] @function (class) @class (module) @other",
    "php": """
        [(function_definition) (method_declaration)] @function
        [(class_declaration) (interface_declaration) (trait_declaration) (enum_declaration)] @class
        (namespace_definition body: (_)) @other
    """,
    "bash": "(function_definition) @function",
}
