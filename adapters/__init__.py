"""excerpt inside other frameworks: one module a framework, imported by nobody in the package."""
