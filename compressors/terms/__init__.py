"""What words alone say of a unit: matches with a question, the context it stands in, links to better units."""
