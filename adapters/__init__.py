"""winnow.adapters"""
