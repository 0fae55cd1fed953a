"""The methods of the Bot API, by family; `table.py` names them all."""
