# Classes that are noted down, or made once only, by their metaclass or base class.
# found: 2 tasks, 2 wide
# %%
class Registry(type):
    known = []

    def __new__(mcs, name, bases, namespace):
        made = super().__new__(mcs, name, bases, namespace)
        mcs.known.append(name)
        return made


class Once(type):
    _instances = {}

    def __call__(cls, *args):
        if cls not in cls._instances:
            cls._instances[cls] = super().__call__(*args)
        return cls._instances[cls]
# %%
class Model(metaclass=Registry):
    pass
# %%
class Linear(Model):
    pass
# %%
print(Registry.known)
# %%
class Settings(metaclass=Once):
    def __init__(self):
        self.values = {}
# %%
Settings().values["alpha"] = 1
# %%
Settings().values["beta"] = 2
# %%
print(Settings().values, Settings() is Settings())
# %%
class Plugin:
    names = []

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        cls.names.append(cls.__name__)
# %%
class Csv(Plugin):
    pass
# %%
class Json(Plugin):
    pass
# %%
print(Plugin.names)
