"""An administrator attaches an SMS gateway in chat; an orange signal is relayed and its short text leaves there."""

from __future__ import annotations

import asyncio
import sqlite3

import pytest
from sqlalchemy.engine import make_url

from tests.integration.far_end import SECRET, far_end
from tests.staging import Live

pytestmark = pytest.mark.asyncio(loop_scope="module")

BOSS, DUTY, GROUP = "administrator", "district_duty", "longshui"
ORANGE = "大足区气象台2026年7月12日21时40分发布暴雨橙色预警信号：龙水镇有强降雨，请注意防范。"
LIFTED = "大足区气象台2026年7月12日23时40分解除暴雨橙色预警信号。"


async def test_an_administrator_attaches_a_channel_and_an_orange_signal_leaves_by_it(district: Live) -> None:
    stage = district.stage
    await stage.begin()
    async with far_end() as gateway:
        await stage.say(BOSS, "/channel")
        await stage.tap(BOSS, await stage.sees(BOSS, "还没有渠道"), "接入新渠道")
        await stage.tap(BOSS, await stage.sees(BOSS, "谁的渠道？"), "工作群")
        await stage.tap(BOSS, await stage.sees(BOSS, "选工作群"), "龙水镇应急值班群")
        await stage.tap(BOSS, await stage.sees(BOSS, "哪种渠道？"), "钉钉")
        await stage.sees(BOSS, "请把 龙水镇应急值班群 的钉钉地址", "以后不再显示")
        await stage.say(BOSS, gateway.address())
        await stage.sees(BOSS, "这不是钉钉的地址", "已删除")
        await stage.tap(BOSS, await stage.sees(BOSS, "哪种渠道？"), "短信")
        await stage.say(BOSS, gateway.address(), reply_to=await stage.sees(BOSS, "的短信地址"))

        card = await stage.sees(BOSS, "短信 · 龙水镇应急值班群", "json://…（尾号", "✓ 测试已发出")
        assert gateway.texts[0].startswith("【演练】\n叫应链路测试：龙水镇应急值班群")
        said = await district.control.messages(district.world.people[BOSS])
        assert [each.deleted for each in said if SECRET in each.text] == [True, True]
        assert await asyncio.to_thread(secrets_in, district.database_url) == ["delivery_channel"]

        await stage.say(DUTY, ORANGE)
        await stage.tap(DUTY, await stage.sees(DUTY, "暴雨", "橙色"), "核对无误，立即转发")
        await stage.sees(GROUP, "【转发暴雨橙色预警】", ORANGE)
        (short,) = gateway.texts[1:]
        assert short.startswith("【转发暴雨橙色预警】")
        assert ORANGE in short
        assert "请立即查看叫应并回复收到。值班电话 +86 " in short
        await stage.advance(1)
        await stage.sees(DUTY, "生效中", "短信、邮件等：已发 1（发出不等于收到）", "已应答 0/")

        await stage.say(DUTY, LIFTED)
        await stage.tap(DUTY, await stage.sees(DUTY, "暴雨", "解除"), "核对无误，立即转发")
        (_, lifted) = gateway.texts[1:]
        assert lifted.startswith("【转发暴雨橙色预警·解除】")
        assert LIFTED in lifted
        assert "回复收到" not in lifted

        await stage.tap(BOSS, card, "停用")
        await stage.sees(BOSS, "短信 · 龙水镇应急值班群", "已停用")
        assert await asyncio.to_thread(secrets_in, district.database_url) == []


def secrets_in(url: str) -> list[str]:
    """The tables in which the address stands anywhere."""
    with sqlite3.connect(str(make_url(url).database)) as database:
        tables = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
        return [name for name in tables if SECRET in str(list(database.execute(f"select * from {name}")))]
