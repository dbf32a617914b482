"""winnow.demo"""
