"""MongoDB documents, one file per resource: fields, enumerations, indexes. No rules."""
